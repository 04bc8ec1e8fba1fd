import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import * as onsmq from '../index.mjs'
import { unique } from './support/clients.mjs'
import { Console, SECRET_KEY } from './support/console.mjs'
import { WRITES, calls } from './support/openapi_calls.mjs'
import { program, run } from './support/programs.mjs'

/** @type {{ errors: { code: string, remedy: string }[] }} */
const guide = JSON.parse(
  readFileSync(new URL('../../tests/golden/openapi.json', import.meta.url), 'utf8'),
)

/** @type {Console} */
let console
before(async () => (console = await Console.start()))
after(() => console.stop())

/**
 * The error that something ends with.
 * @param {Promise<unknown>} promise
 * @returns {Promise<onsmq.OnsClientError>}
 */
async function failure(promise) {
  const error = await promise.then(
    () => assert.fail('it did not fail'),
    (error) => error,
  )
  assert.ok(error instanceof onsmq.OnsClientError, String(error))
  return error
}

/** @param {string} setting */
async function creating(setting) {
  const error = await failure(
    console.client(setting).topic.create({ topic: 'T', instanceId: 'inst' }),
  )
  assert.equal(error.operation, 'topic/create')
  assert.ok(error.message.startsWith('topic/create: '), error.message)
  return error
}

describe('a refusal', () => {
  it('has each of the 17 codes, wherever the console puts it', async () => {
    assert.equal(guide.errors.length, 17)
    for (const { code, remedy } of guide.errors) {
      for (const place of ['code', 'dynamicCode', 'status', 'message']) {
        const error = await creating(`/code/${code}/at/${place}`)
        assert.ok(error instanceof onsmq.OpenApiError)
        const { codeName, openApiCode, requestId, retriable } = error
        assert.deepEqual(
          { codeName, openApiCode, remedy: error.remedy, requestId, retriable },
          {
            codeName: 'OPEN_API_REFUSED',
            openApiCode: code,
            remedy,
            requestId: 'req-topic/create',
            retriable: false,
          },
        )
        assert.match(error.remark ?? '', /出错了, in words/)
        for (const word of [code, remedy, '出错了', 'req-topic/create']) {
          assert.ok(error.message.includes(word), error.message)
        }
      }
    }
  })

  it('keeps a code that is unknown', async () => {
    const { openApiCode, remedy } = await creating('/code/BIZ_NOVEL_CASE/at/status')
    assert.deepEqual([openApiCode, remedy], ['BIZ_NOVEL_CASE', undefined])
  })

  it('of a wrong secret says what to check', async () => {
    const client = console.client('', { secretKey: 'another' })
    const error = await failure(client.topic.get({ topic: 'T' }))
    assert.ok(error instanceof onsmq.AccessError)
    assert.deepEqual([error.operation, error.requestId], ['topic/get', 'req-topic/get'])
    for (const word of ['signature does not match', 'AccessKey', 'SecretKey', 'clock']) {
      assert.ok(error.message.includes(word), error.message)
    }
  })

  it('of an operation that the console does not have says so', async () => {
    const error = await failure(console.client().call('novel/list', { x: 1 }))
    assert.equal(error.operation, 'novel/list')
    assert.match(error.message, /HTTP 404.*Endpoint/)
  })
})

describe('a fault', () => {
  /** @type {[string, typeof onsmq.OnsClientError, string, RegExp][]} */
  const faults = [
    ['http-500', onsmq.NetworkError, 'PROTOCOL', /HTTP 500.*operators/],
    ['http-404', onsmq.NetworkError, 'PROTOCOL', /HTTP 404.*Endpoint/],
    ['http-302', onsmq.NetworkError, 'PROTOCOL', /redirects.*https:\/\/elsewhere\.example/],
    ['http-403', onsmq.AccessError, 'NO_PERMISSION', /HTTP 403.*SecretKey/],
    ['http-429', onsmq.BrokerError, 'FLOW_CONTROL', /HTTP 429.*slowly/],
    ['html', onsmq.NetworkError, 'PROTOCOL', /a web page.*Endpoint/],
    ['text', onsmq.NetworkError, 'PROTOCOL', /no JSON object/],
    ['empty', onsmq.NetworkError, 'PROTOCOL', /answered nothing/],
    ['half', onsmq.NetworkError, 'CONNECTION_LOST', /ends in the middle/],
    ['cut-in-body', onsmq.NetworkError, 'CONNECTION_LOST', /ends in the middle/],
    ['cut-before', onsmq.NetworkError, 'CONNECTION_LOST', /before the answer.*carried out/],
    ['huge', onsmq.NetworkError, 'PROTOCOL', /longer than 16 MiB/],
  ]
  for (const [fault, Class, codeName, message] of faults) {
    it(`has its own error: ${fault}`, async () => {
      const error = await creating(`/fault/${fault}`)
      assert.ok(error instanceof Class, inspect(error))
      assert.equal(error.codeName, codeName)
      assert.match(error.message, message)
    })
  }

  it('has its own error: slow', async () => {
    for (const fault of ['slow', 'dripping']) {
      const client = console.client(`/fault/${fault}`, { openApiTimeoutMillis: 300 })
      const error = await failure(client.topic.get({ topic: 'T' }))
      assert.ok(error instanceof onsmq.ResponseTimeoutError)
      assert.match(error.message, /topic\/get: .*300 ms.*OpenApiTimeoutMillis/)
    }
  })

  it('has its own error: no TLS where it is expected', async () => {
    const client = console.client('', { endpoint: console.endpoint.replace('http:', 'https:') })
    const error = await failure(client.topic.delete({ topic: 'T' }))
    assert.ok(error instanceof onsmq.NetworkError)
    assert.deepEqual([error.codeName, error.operation], ['TLS', 'topic/delete'])
    assert.match(error.message, /what it answers is not TLS/)
  })

  it('has its own error: refused', async () => {
    const client = console.client('', { endpoint: 'http://127.0.0.1:1' })
    const error = await failure(client.topic.delete({ topic: 'T' }))
    assert.ok(error instanceof onsmq.NetworkError)
    assert.equal(error.codeName, 'CONNECT_FAILED')
    assert.match(error.message, /topic\/delete: http:\/\/127\.0\.0\.1:1 .*Endpoint/)
  })
})

describe('requests', () => {
  it('that write are sent once', async () => {
    for (const fault of ['cut-before', 'cut-in-head', 'half', 'http-503', 'cut-after']) {
      const run = unique('writes')
      const client = console.client(`/run/${run}/fault/${fault}`)
      const writes = calls(client).filter(([name]) => WRITES.includes(name))
      assert.equal(writes.length, WRITES.length)
      for (const [name, write] of writes) {
        const failed = await write().then(
          () => false,
          () => true,
        )
        assert.equal(failed, fault !== 'cut-after', `${name}, ${fault}`)
      }
      const seen = (await console.seen(run)).map(({ operation }) => operation)
      assert.deepEqual(
        seen,
        writes.map(([name]) => name),
        fault,
      )
    }
  })

  it('that read are sent again', async () => {
    const run = unique('reads')
    const client = console.client(`/run/${run}/fault/cut-before/fail/2`)
    assert.ok((await client.topic.get({ topic: 'T' })).data)
    assert.equal((await console.seen(run)).length, 3)
  })
})

it('no secret is in errors, results or clients', async () => {
  const secrets = new Set([SECRET_KEY])
  let told = ''
  const everything = { depth: Infinity, showHidden: true, maxStringLength: Infinity }
  for (const setting of [
    '',
    '/fault/echo',
    '/fault/html',
    '/fault/http-302',
    '/code/BIZ_NO_MESSAGE',
  ]) {
    const run = unique('secrets')
    const client = console.client(`/run/${run}${setting}`)
    told += inspect(client, everything) + JSON.stringify(client) + String(client)
    for (const [, call] of calls(client)) {
      told += await call().then(
        (result) => inspect(result, everything),
        (error) => inspect(error, everything) + error.stack + JSON.stringify(error),
      )
    }
    for (const { parameters } of await console.seen(run)) {
      secrets.add(parameters._signature).add(encodeURIComponent(parameters._signature))
    }
  }
  assert.ok(secrets.size > 150, `${secrets.size}`)
  for (const secret of secrets) assert.ok(!told.includes(secret), secret)
  assert.doesNotMatch(told, /_signature=|__preventCache=/)
})

describe('a process', () => {
  const ends = (/** @type {string} */ way, fault = '') =>
    run([program('asks'), `${console.endpoint}${fault}`, way], { limitMs: 20_000 })

  it('ends by itself with a client that was used, and one that was not', async () => {
    const { code, stdout, stderr, tookMs } = await ends('idle')
    assert.deepEqual([code, stdout, stderr], [0, 'TOPIC_00\n', ''])
    assert.ok(tookMs < 5000, `${tookMs} ms`)
  })

  it('does not end before an answer', async () => {
    const { code, stdout } = await ends('waits', '/fault/http-503/fail/1/run/waits')
    assert.deepEqual([code, stdout], [0, 'TOPIC_00\n'])
  })

  it('ends at once while a call is under way, and after one that was let go of', async () => {
    for (const way of ['exit', 'abort']) {
      const { code, stderr, tookMs } = await ends(way, '/fault/slow')
      assert.deepEqual([code, stderr], [0, ''], way)
      assert.ok(tookMs < 5000, `${way}: ${tookMs} ms`)
    }
  })

  it('survives a worker that ends while a call is under way', async () => {
    const { code, stdout, stderr } = await ends('worker', '/fault/slow')
    assert.deepEqual([code, stdout, stderr], [0, 'ended\n', ''])
  })
})
