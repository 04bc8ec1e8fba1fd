import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as esm from '../index.mjs'
import * as openapi from '../openapi.mjs'
import * as testing from '../testing.mjs'
import { atEnd, eventually, unique } from './support/clients.mjs'
import { ACCESS_KEY, Console, SECRET_KEY } from './support/console.mjs'
import { Member, run } from './support/programs.mjs'
import { REAL_SERVERS } from './support/servers.mjs'

const require = createRequire(import.meta.url)
const { platform } = require('../lib/platform.js')
const folder = fileURLToPath(new URL('..', import.meta.url))
const examples = fileURLToPath(new URL('../../examples/node/', import.meta.url))
/** @param {string} path */
const read = (path) => readFileSync(join(folder, path), 'utf8')
const version = JSON.parse(read('package.json')).version

describe('the package', () => {
  it('is the same for both module systems', () => {
    /** @type {Record<string, unknown>} */
    const cjs = require('onsmq')
    assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort())
    for (const [name, value] of Object.entries(esm)) assert.equal(cjs[name], value, name)
    assert.equal(require('onsmq/testing').DevServer, testing.DevServer)
  })

  it('exports what its types say', () => {
    const names = (/** @type {string} */ types) =>
      [...read(types).matchAll(/^export (?:const|class|function) (\w+)/gm)].map(([, name]) => name)
    assert.deepEqual(names('index.d.ts').sort(), Object.keys(esm).sort())
    assert.deepEqual(names('openapi.d.ts').sort(), Object.keys(openapi).sort())
    assert.deepEqual(names('testing.d.ts').sort(), Object.keys(testing).sort())
    const table = /^\| `(\w+Error)` \| (.*) \|$/gm
    const told = [...read('README.md').matchAll(table)].flatMap(([, name, codes]) =>
      codes.split(', ').map((code) => `${name} ${code}`),
    )
    const { errorOf } = require('../lib/errors.js')
    const known = require('../lib/native.js')
      .codes()
      .map((/** @type {any} */ { code, name }) => {
        const error = errorOf({ code, message: '', retriable: false })
        assert.ok(read('index.d.ts').includes(`| '${name}'`), `CodeName has no ${name}`)
        return `${error.name} ${name}`
      })
    assert.deepEqual(told.sort(), known.sort())
  })

  it('takes every option that its types have', () => {
    const config = /interface ClientConfig \{(.*?)\n\}/s.exec(read('index.d.ts'))?.[1] ?? ''
    const names = [...config.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name)
    const plain = (/** @type {string} */ name) => name.replaceAll(/[_.]/g, '').toLowerCase()
    const table = read('../docs/configuration.md').matchAll(/^\| ([\w.]+) \| [`-]/gm)
    const known = [...table].map(([, name]) => plain(name))
    assert.deepEqual(names.map(plain).sort(), known.sort())
    for (const name of names) {
      try {
        new esm.Producer({ [name]: '' })
      } catch (error) {
        assert.doesNotMatch(String(error), /is unknown/)
      }
    }
  })

  it('has one version, also of the native halves', () => {
    assert.equal(esm.version, version)
    for (const name of readdirSync(join(folder, 'npm'))) {
      const native = JSON.parse(read(`npm/${name}/package.json`))
      assert.deepEqual([native.name, native.version], [`onsmq-${name}`, version])
    }
  })

  it('exports the entry point of an add-on and nothing of the C ABI', () => {
    const native = join(folder, `onsmq.${platform()}.node`)
    const symbols = execFileSync('nm', ['-D', '--defined-only', native], { encoding: 'utf8' })
    const names = symbols.trim().split('\n')
    assert.deepEqual(
      names.map((line) => line.split(' ')[2]),
      ['napi_register_module_v1'],
    )
  })

  it('names no registry in its lock file', () => {
    assert.doesNotMatch(read('package-lock.json'), /"resolved"/)
  })

  it('says what to do where the native half is missing', async () => {
    const text = `
      Object.defineProperty(process, 'arch', { value: 'pdp11' })
      require('onsmq')`
    const { code, stderr } = await run(['--eval', text], { cwd: folder })
    assert.equal(code, 1)
    assert.match(stderr, /Error: onsmq has no native part for linux-pdp11-gnu: install/)
  })

  it('works where it was packed and installed', async (t) => {
    const place = mkdtempSync(join(tmpdir(), 'onsmq-installed-'))
    atEnd(t, () => rmSync(place, { recursive: true }))
    /** @type {import('node:child_process').ExecFileSyncOptions} */
    const options = { cwd: place, stdio: ['ignore', 'pipe', 'inherit'] }
    execFileSync(process.execPath, [join(folder, 'scripts/pack.mjs'), place], options)
    const packed = [`onsmq-${version}.tgz`, `onsmq-${platform()}-${version}.tgz`]
    writeFileSync(join(place, 'package.json'), '{ "private": true }')
    const install = ['install', '--offline', '--no-audit', '--no-fund', '--omit=peer']
    execFileSync('npm', [...install, ...packed.map((it) => `./${it}`)], options)
    const quickstart = readFileSync(join(examples, 'quickstart.mjs'))
    writeFileSync(join(place, 'quickstart.mjs'), quickstart)
    const { stdout, stderr } = await run([join(place, 'quickstart.mjs')])
    assert.match(stdout, /received {2}[0-9A-F]{32} {2}"hello from Node"/, stderr)
    const asks = "import { OpenApi } from 'onsmq/openapi'; console.log(OpenApi.name)"
    const loaded = await run(['--input-type=module', '--eval', asks], { cwd: place })
    assert.equal(loaded.stdout, 'OpenApi\n', loaded.stderr)
    assert.ok(readdirSync(join(place, 'node_modules/onsmq/lib/openapi')).includes('types.d.ts'))
    const npx = (/** @type {string[]} */ ...args) =>
      spawnSync('npx', ['--offline', '--', 'onsmq', ...args], { cwd: place, encoding: 'utf8' })
    assert.equal(npx('--version').stdout, `onsmq ${version}\n`)
    const told = npx('consume', 'orders')
    assert.deepEqual([told.status, told.stdout], [2, ''], told.stderr)
    assert.match(told.stderr, /cargo install --path cli/)
  })
})

describe('what the documentation shows', () => {
  /** @type {testing.DevServer} */
  let server
  /** @type {Console} */
  let console
  const env = { ONS_ACCESS_KEY: ACCESS_KEY, ONS_SECRET_KEY: SECRET_KEY }
  before(async () => {
    server = await testing.DevServer.start({ retryDelayMs: 100 })
    console = await Console.start()
  })
  after(() => Promise.all([server.stop(), console.stop()]))

  const snippets = [...read('README.md').matchAll(/## ([^\n]*)\n(?:(?!\n## ).)*?```js\n(.*?)```/gs)]
  for (const [, title, snippet] of snippets) {
    it(`works: ${title}`, async () => {
      const text = snippet
        .replaceAll('127.0.0.1:9876', server.namesrvAddr)
        .replaceAll('https://ons.console.example.com', console.endpoint)
      const args = ['--input-type=module', '--eval', text]
      const { code, stderr } = await run(args, { cwd: folder, env })
      assert.equal(code, 0, stderr)
      if (title !== 'Errors') assert.equal(stderr, '')
    })
  }

  it('is all of it', () => {
    assert.equal(snippets.length, read('README.md').split('```js').length - 1)
  })

  it('works: quickstart.mjs, with and without an address', async () => {
    for (const address of [[], [server.namesrvAddr]]) {
      const { code, stdout, stderr } = await run([join(examples, 'quickstart.mjs'), ...address])
      assert.equal(code, 0, stderr)
      const id = /sent {6}([0-9A-F]{32})/.exec(stdout)?.[1]
      assert.ok(stdout.includes(`received  ${id}  "hello from Node"`), stdout)
    }
  })

  it('works: producer.mjs and consumer.mjs', async (t) => {
    const topic = unique('examples')
    await server.createTopic(topic)
    /** @type {string[]} */
    const lines = []
    const args = [join(examples, 'consumer.mjs'), server.namesrvAddr, topic, 'created || many']
    const consumer = new Member(args, (line) => lines.push(line))
    atEnd(t, () => consumer.kill())
    await consumer.started
    const sent = await run([join(examples, 'producer.mjs'), server.namesrvAddr, topic])
    assert.equal(sent.code, 0, sent.stderr)
    assert.match(sent.stdout, /stored [0-9A-F]{32} in queue \d\nstored 100 of 100/)
    await eventually('all are consumed', () => lines.length === 101)
    assert.ok(lines.some((line) => line.includes('tag=created key=order-42 times=0 "{')))
    assert.equal(await consumer.interrupt(), 0)
  })

  /** @type {[string, RegExp][]} */
  const FEATURES = [
    ['ordered', /^(?=.*order-1: created.*order-1: paid.*order-1: shipped)/s],
    ['ordered', /^(?=.*order-2: created.*order-2: paid.*order-2: shipped)/s],
    [
      'transaction',
      /TRANSACTION_ROLLED_BACK 5000\ncommitted 42: [0-9A-F]{32}\nreceived payment of 42\n$/,
    ],
    ['batch', /^(a list of \d+\n)+$/],
    ['broadcasting', /^((first|second) member: the prices have changed\n){2}$/],
    ['receive', /^(received job \d+\n){10}(iterated job \d+\n){10}$/],
    ['sql_filter', /^received 500 from the north\n$/],
    ['delayed', /^sent\nreceived a reminder, -?\d+ ms after its time\n$/],
  ]
  for (const [name, words] of FEATURES) {
    it(`works: ${name}.mjs`, async () => {
      const { code, stdout, stderr } = await run([join(examples, `${name}.mjs`)])
      assert.equal(code, 0, stderr)
      assert.equal(stderr, '')
      assert.match(stdout, words)
    })
  }

  for (const { name, start } of REAL_SERVERS) {
    it(`works: sql_filter.mjs, on ${name}`, async () => {
      const { namesrvAddr } = await start()
      // A topic is made by the first message to it, so that its route is known a moment later.
      const { code, stdout, stderr } = await run([join(examples, 'sql_filter.mjs'), namesrvAddr])
      assert.deepEqual(
        { code, stdout },
        { code: 0, stdout: 'received 500 from the north\n' },
        stderr,
      )
    })
  }

  it('are all run here', () => {
    const here = readFileSync(fileURLToPath(import.meta.url), 'utf8')
    const programs = readdirSync(examples).filter(
      (it) => /\.m[jt]s$/.test(it) && !it.includes('.config.'),
    )
    for (const it of programs) {
      const known = here.includes(it) || FEATURES.some(([name]) => `${name}.mjs` === it)
      assert.ok(known, `${it} is not run`)
    }
  })

  it('works: openapi.mjs', async () => {
    const example = join(examples, 'openapi.mjs')
    for (const [setting, made] of [
      ['', 'created'],
      ['/fault/echo/fail/1/run/example', ''],
    ]) {
      const args = [example, `${console.endpoint}${setting}`, 'T', 'inst']
      const { code, stdout, stderr } = await run(args, { env })
      assert.equal(code, made ? 0 : 1, stderr)
      const paged =
        /^created {3}T\npage 1 {4}20 of 45\n {10}\{"topic":"TOPIC_00"\}\n.*page 3 {4}5 of/s
      if (made) assert.match(stdout, paged)
      else assert.match(stderr, /OpenApiError: topic\/create: .*BIZ_FIELD_CHECK_INVALID/)
    }
  })

  it('works: orders.mts', async () => {
    const tsc = join(folder, 'node_modules/typescript/bin/tsc')
    const built = await run([tsc, '--project', examples])
    assert.equal(built.code, 0, built.stdout)
    const orders = join(examples, 'node_modules/.orders/orders.mjs')
    const { code, stdout, stderr } = await run([orders, server.namesrvAddr])
    assert.equal(code, 0, stderr)
    assert.equal(stdout.match(/^order \d: /gm)?.length, 3)
  })
})
