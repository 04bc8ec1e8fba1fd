// Packs onsmq and the native half for this platform, as they are published: `npm run pack`. Both
// go into the folder that is given, or into npm/ below cargo's. Build the native half first.
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = dirname(dirname(fileURLToPath(import.meta.url)))
const { platform } = createRequire(import.meta.url)('../lib/platform.js')
const target = resolve(folder, process.env.CARGO_TARGET_DIR ?? '../target')
const out = resolve(process.argv[2] ?? join(target, 'npm'))

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(join(folder, path), 'utf8'))

/**
 * @param {string} name
 * @param {Record<string, string>} files what goes in, by where it goes
 * @param {object} description the package.json
 */
function pack(name, files, description) {
  const stage = mkdtempSync(join(tmpdir(), `${name}-`))
  try {
    for (const [to, from] of Object.entries(files)) {
      cpSync(join(folder, from), join(stage, to), { recursive: true })
    }
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(description, null, 2)}\n`)
    execFileSync('npm', ['pack', '--silent', '--pack-destination', out, stage], {
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    })
  } finally {
    rmSync(stage, { recursive: true })
  }
}

mkdirSync(out, { recursive: true })
const main = readJson('package.json')
for (const ours of ['scripts', 'devDependencies']) delete main[ours]
const natives = readdirSync(join(folder, 'npm')).map((it) => [`onsmq-${it}`, main.version])
const listed = readdirSync(folder).filter((it) =>
  /^(index|openapi|testing)\.|^lib$|^README/.test(it),
)
const files = Object.fromEntries(listed.map((it) => [it, it]))
const license = { LICENSE: '../LICENSE' }
pack(
  'onsmq',
  { ...files, ...license },
  { ...main, optionalDependencies: Object.fromEntries(natives) },
)

const native = `onsmq.${platform()}.node`
pack(
  `onsmq-${platform()}`,
  { [native]: native, ...license },
  readJson(`npm/${platform()}/package.json`),
)
