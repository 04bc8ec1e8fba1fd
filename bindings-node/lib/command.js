#!/usr/bin/env node
'use strict'

// `npx onsmq`: the version, and where the command `onsmq` is, which is no part of this package.

const { version } = require('../package.json')

const WHERE = `\
onsmq ${version}: the package for Node.js, which does not have the command onsmq in it.

The command comes with the library's sources, and is built by Rust's cargo:
    cargo install --path cli

In Node.js, what it does is done by Producer and Consumer of onsmq, by OpenApi of
onsmq/openapi, and by DevServer of onsmq/testing.
`

const asked = process.argv.slice(2).join(' ')
if (asked === '--version' || asked === '-V') {
  process.stdout.write(`onsmq ${version}\n`)
} else {
  process.stderr.write(WHERE)
  process.exitCode = 2
}
