'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { platform } = require('./platform.js')

/** @returns {typeof import('./native.js')} */
function load() {
  const name = platform()
  // What was built here wins over what was installed.
  const built = path.join(__dirname, '..', `onsmq.${name}.node`)
  if (fs.existsSync(built)) return require(built)
  try {
    return require(`onsmq-${name}`)
  } catch (cause) {
    const help = `onsmq has no native part for ${name}: install the package onsmq-${name} (an optional dependency of onsmq, which \`npm install --omit=optional\` leaves out), or build it with \`npm run build\``
    throw new Error(help, { cause })
  }
}

module.exports = load()
