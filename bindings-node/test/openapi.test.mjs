import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import { ArgumentError, ConfigurationError, OpenApiError } from '../index.mjs'
import { OpenApi } from '../openapi.mjs'
import { generated } from '../scripts/openapi.mjs'
import { eventually, unique } from './support/clients.mjs'
import { Console, examples } from './support/console.mjs'
import { WRITES, calls } from './support/openapi_calls.mjs'

const require = createRequire(import.meta.url)
const { parse } = require('../lib/openapi/json.js')
/** @type {any} */
const guide = JSON.parse(
  readFileSync(new URL('../../tests/golden/openapi.json', import.meta.url), 'utf8'),
)
const operations = guide.operations.map((/** @type {any} */ { path, ...rest }) => ({
  ...rest,
  name: path.replace('/json/', ''),
}))
/** @type {Set<string>} */
const withoutData = new Set(
  operations
    .filter((/** @type {any} */ it) => it.data !== 'json')
    .map((/** @type {any} */ it) => it.name),
)

/** @type {Console} */
let console
before(async () => (console = await Console.start()))
after(() => console.stop())

/**
 * What each operation is answered, one after the other.
 * @param {OpenApi} client
 */
async function results(client) {
  const results = []
  for (const [name, call] of calls(client)) results.push({ name, ...(await call()) })
  return results
}

describe('the methods of the Open API', () => {
  it('are what the script makes of the table', async () => {
    for (const [path, text] of await generated()) {
      assert.equal(readFileSync(path, 'utf8'), text, `run \`npm run openapi\`: ${path}`)
    }
  })

  it('are one for each operation, and pages', () => {
    const client = console.client()
    const methods = Object.values(client).flatMap((section) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(section)).filter(
        (it) => it !== 'constructor',
      ),
    )
    assert.equal(methods.length, 39 + 1)
    const names = operations.map((/** @type {any} */ it) => it.name)
    assert.deepEqual(
      calls(client).map(([name]) => name),
      names,
    )
  })

  it('have the names that they have in Rust, and write what writes there', () => {
    const table = readFileSync(new URL('../../core/src/openapi/table.rs', import.meta.url), 'utf8')
    const rows = [...table.matchAll(/^ {16}(\w+) \w+ "([\w/]+)" (Read|Write) /gm)]
    assert.equal(rows.length, 39)
    const camel = (/** @type {string} */ text) =>
      text.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
    const source = new Map(calls(console.client()).map(([name, call]) => [name, String(call)]))
    for (const [, method, name] of rows) {
      assert.ok(source.get(name)?.includes(`.${camel(method)}(`), `${name} is ${method} in Rust`)
    }
    const writes = rows.filter(([, , , effect]) => effect === 'Write').map(([, , name]) => name)
    assert.deepEqual(writes.sort(), [...WRITES].sort())
  })

  it('are the same for both module systems', () => {
    assert.equal(require('onsmq/openapi').OpenApi, OpenApi)
  })

  it('send every parameter and get what the console tells, in each shape of data', async () => {
    const run = unique('native')
    const native = await results(console.client(`/run/${run}`))
    const seen = await console.seen(run)
    for (const [at, { name, params }] of operations.entries()) {
      const own = Object.keys(seen[at].parameters).filter((it) => !it.startsWith('_'))
      const known = params.map((/** @type {any} */ it) => it.name)
      assert.deepEqual([seen[at].operation, ...own.sort()], [name, ...known.sort()])
    }
    const told = examples(seen)
    for (const [at, { name, data, requestId, message }] of native.entries()) {
      assert.deepEqual(data, withoutData.has(name) ? null : told[at], name)
      assert.deepEqual([requestId, message], [`req-${name}`, 'operation success'])
    }
    for (const shape of ['text', 'blanks', 'bare', 'strings']) {
      assert.deepEqual(await results(console.client(`/shape/${shape}`)), native, shape)
    }
  })

  it('get null where there is no data, however it is written', async () => {
    for (const shape of ['null', 'absent', 'empty-text', 'empty-object']) {
      for (const { name, data } of await results(console.client(`/shape/${shape}`))) {
        const isKept = shape === 'empty-object' && !withoutData.has(name)
        assert.deepEqual(data, isKept ? {} : null, `${name} as ${shape}`)
      }
    }
  })

  it('pass on data of another kind', async () => {
    for (const { data } of await results(console.client('/shape/array'))) {
      assert.deepEqual(data, [1, '二'])
    }
    for (const { data } of await results(console.client('/shape/scalar'))) assert.equal(data, 7)
  })
})

describe('the Open API', () => {
  it('has every digit', async () => {
    const client = console.client('/shape/text')
    const { data } = await client.topic.get({ topic: 'T' })
    assert.deepEqual(data, { topic: 'T', owner: 1234567890123456789n, status: 0, remark: null })
    const status = await client.topic.status({ topic: 'T' })
    assert.equal(/** @type {any} */ (status.data).offsetTable[0].maxOffset, 9007199254740993n)
  })

  it('goes through pages up to the last', async () => {
    for (const { shape, pageSize, currentPage, count } of [
      { shape: 'native', pageSize: undefined, currentPage: undefined, count: 45 },
      { shape: 'text', pageSize: 45, currentPage: 1, count: 45 },
      { shape: 'native', pageSize: 9, currentPage: 4, count: 18 },
      { shape: 'bare', pageSize: 7, currentPage: 1, count: 45 },
      { shape: 'native', pageSize: 20, currentPage: 4, count: 0 },
    ]) {
      const run = unique('pages')
      const client = console.client(`/run/${run}/shape/${shape}`)
      const pages = []
      for await (const page of client.topic.pages({ pageSize, currentPage })) pages.push(page)
      const items = pages.flatMap(({ items }) => /** @type {any[]} */ (items))
      assert.equal(items.length, count)
      if (count > 0) assert.equal(items.at(-1).topic, 'TOPIC_44')
      assert.equal((await console.seen(run)).length, Math.max(pages.length, 1))
    }
  })

  it('asks for no page that nobody takes, and tells a failure', async () => {
    const run = unique('pages')
    for await (const page of console.client(`/run/${run}`).topic.pages()) {
      assert.deepEqual([page.total, page.currentPage, page.pageSize], [45, 1, 20])
      break
    }
    assert.equal((await console.seen(run)).length, 1)
    const pages = console.client('/code/BIZ_REGION_NOT_FOUND').topic.pages()
    await assert.rejects(pages.next(), OpenApiError)
  })

  it('calls what it does not know, and paths', async () => {
    const client = console.client()
    for (const name of ['topic/get', '/json/topic/get']) {
      /** @type {import('../openapi.mjs').OpenApiResult<{ topic: string }>} */
      const { data } = await client.call(name, { topic: 'T' })
      assert.equal(data.topic, 'T')
    }
    assert.equal((await client.call('region/list')).items.length, 2)
    await assert.rejects(client.call('topic/get', { topic: 'T', novel: 1n }), {
      name: 'OpenApiError',
      remark: 'novel is unknown',
    })
  })

  it('says what is wrong with arguments, and sends nothing', async () => {
    const run = unique('wrong')
    const { topic, empower, trend, ...client } = console.client(`/run/${run}`)
    /** @type {any} */
    const [create, grant, tps] = [topic.create, empower.create, trend.topicInputTps].map((it, at) =>
      it.bind(/** @type {any} */ ([topic, empower, trend][at])),
    )
    const wrongTypes = /** @type {[() => Promise<unknown>, RegExp][]} */ ([
      [
        () => create({ topic: 1, instanceId: 'i' }),
        /parameters\.topic must be a string, not the num/,
      ],
      [() => create({ topic: 'T', instance: 'i' }), /instance is unknown.*takes topic, instanceId/],
      [() => create('T'), /parameters must be an object of parameters, not the string 'T'/],
      [() => grant({ empowerUser: 2 ** 53 }), /empowerUser must be a whole number, a bigint where/],
      [() => create({}, { timeout: 1 }), /options\.timeout is unknown: there is options\.signal/],
      [() => create({}, { signal: 1 }), /options\.signal must be an AbortSignal, not the number 1/],
    ])
    for (const [call, message] of wrongTypes) {
      await assert.rejects(call(), { name: 'TypeError', message })
    }
    const wrongValues = /** @type {[() => Promise<unknown>, RegExp][]} */ ([
      [() => create(), /^topic\/create: parameter topic is missing/],
      [() => create({ topic: 'T T', instanceId: 'i' }), /parameter topic has the value `T T`/],
      [() => grant({ empowerUser: 1, topic: 'T', relation: 3 }), /2 or 4 or 6 is allowed/],
      [
        () => tps({ topic: 'T', beginTime: 2, endTime: 1, period: 1, type: 0 }),
        /beginTime \(2\) is after endTime \(1\)/,
      ],
    ])
    for (const [call, message] of wrongValues) {
      await assert.rejects(call(), (error) => {
        assert.ok(error instanceof ArgumentError)
        assert.match(error.message, message)
        return true
      })
    }
    await assert.rejects(
      OpenApi.prototype.call.call(console.client(), 'topic/get', { topic: 2 ** 60 }),
      {
        name: 'TypeError',
      },
    )
    assert.deepEqual(Object.keys(client).length, 7)
    assert.deepEqual(await console.seen(run), [])
    assert.throws(() => new OpenApi({}), ConfigurationError)
    assert.throws(() => new OpenApi({ ...console.config(), endpoint: 'x' }), ConfigurationError)
  })

  it('lets go of a call at a signal', async () => {
    const run = unique('aborted')
    const client = console.client(`/run/${run}/fault/slow`)
    await assert.rejects(client.topic.listNames({ signal: AbortSignal.timeout(50) }), {
      name: 'TimeoutError',
    })
    const abort = new AbortController()
    const write = client.topic.delete({ topic: 'T' }, { signal: abort.signal })
    await eventually('it is sent', async () => (await console.seen(run)).length === 2)
    const reason = new Error('enough')
    abort.abort(reason)
    await assert.rejects(write, reason)
    await assert.rejects(client.topic.delete({ topic: 'T' }, { signal: abort.signal }), reason)
    assert.equal((await console.seen(run)).length, 2)
    const kept = new AbortController()
    await console.client().topic.listNames({ signal: kept.signal })
    kept.abort()
  })

  it('does not block the event loop', async () => {
    const client = console.client('/fault/slow', { openApiTimeoutMillis: 300 })
    let longest = 0
    let last = performance.now()
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)
    await Promise.allSettled(Array.from({ length: 50 }, () => client.topic.listNames()))
    clearInterval(timer)
    assert.ok(longest < 200, `${longest} ms`)
  })
})

describe('JSON', () => {
  it('keeps every digit of integers, and changes nothing else', () => {
    const text =
      '{"a":[9007199254740991,9007199254740993,-12345678901234567890],"b":1.5e3,"c":"12345678901234567890 \\" 9"}'
    assert.deepEqual(parse(text), {
      a: [9007199254740991, 9007199254740993n, -12345678901234567890n],
      b: 1500,
      c: '12345678901234567890 " 9',
    })
    assert.equal(parse('0.12345678901234567890'), 0.12345678901234568)
    assert.equal(parse('1234567890123456789e2'), Number('1234567890123456789e2'))
    assert.equal(parse(`"${'x\\"'.repeat(1 << 20)}1234567890123456"`).length, (1 << 21) + 16)
  })
})
