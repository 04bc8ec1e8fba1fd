// Builds the native half and puts it beside index.js: `npm run build`, or `-- --release`.
import { spawnSync } from 'node:child_process'
import { copyFileSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = dirname(dirname(fileURLToPath(import.meta.url)))
const { platform } = createRequire(import.meta.url)('../lib/platform.js')
const profile = process.argv.includes('--release') ? 'release' : 'dev'
const libraries = new Map([
  ['win32', 'onsmq_node.dll'],
  ['darwin', 'libonsmq_node.dylib'],
])
const library = libraries.get(process.platform) ?? 'libonsmq_node.so'

const cargo = ['build', '--quiet', '--package', 'onsmq-node', '--profile', profile]
const { status } = spawnSync('cargo', cargo, { cwd: folder, stdio: 'inherit' })
if (status !== 0) process.exit(1)

const target = resolve(folder, process.env.CARGO_TARGET_DIR ?? '../target')
const from = join(target, profile === 'dev' ? 'debug' : profile, library)
const to = join(folder, `onsmq.${platform()}.node`)
// Not over the old one: a process may have it mapped.
copyFileSync(from, `${to}.new`)
renameSync(`${to}.new`, to)
