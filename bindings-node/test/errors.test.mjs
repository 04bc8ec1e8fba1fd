import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as onsmq from '../index.mjs'
import { Action, Consumer, OnsClientError, Producer } from '../index.mjs'
import { DevServer } from '../testing.mjs'
import { atEnd, consumerOn, eventually, producerOn, unique } from './support/clients.mjs'
import { Cluster } from './support/cluster.mjs'
import { httpPeer, refusingAddress, silentPeer } from './support/peers.mjs'
import { REAL_SERVERS, onEveryServer } from './support/servers.mjs'

const require = (await import('node:module')).createRequire(import.meta.url)
const native = require('../lib/native.js')
const { errorOf } = require('../lib/errors.js')

/**
 * Checks that an error is what it should be, in every respect.
 * @param {any} error
 * @param {string} codeName
 * @param {Function} Family
 * @param {RegExp} words
 */
function check(error, codeName, Family, words) {
  assert.ok(error instanceof OnsClientError && error instanceof Family, String(error?.stack))
  assert.equal(error.codeName, codeName)
  assert.equal(error.name, Family.name)
  assert.match(error.message, words)
  assert.equal(typeof error.code, 'number')
  assert.equal(typeof error.retriable, 'boolean')
}

/**
 * Calls what should fail, and checks how it does.
 * @param {() => unknown} call
 * @param {string} codeName
 * @param {Function} Family
 * @param {RegExp} words
 */
async function fails(call, codeName, Family, words) {
  const error = await Promise.resolve()
    .then(call)
    .then(
      () => undefined,
      (error) => error,
    )
  check(error, codeName, Family, words)
  return error
}

describe('an error', () => {
  it('of each code is of its family, and of the base class', () => {
    const codes = native.codes()
    assert.deepEqual(
      codes.map(({ code }) => code),
      codes.map((_, at) => at + 1),
    )
    for (const { code, name } of codes) {
      /** @type {any} */
      const error = errorOf({ code, message: 'text', retriable: false, cause: 'why' })
      check(error, name, error.constructor, /^text$/)
      assert.equal(error.code, code)
      assert.notEqual(error.constructor, OnsClientError, `${name} has no family`)
      assert.equal(error.cause.message, 'why')
    }
  })
})

describe('errors', () => {
  onEveryServer((server) => {
    it('name the property, its value and what is allowed', async () => {
      const make = (/** @type {any} */ options) => () =>
        new Producer({ namesrvAddr: server.namesrvAddr, ...options })
      const wrong = [
        [{ sendMsgTimeoutMillis: 'soon' }, /SendMsgTimeoutMillis has the value `soon`/],
        [{ sendMsgTimeoutMillis: 0 }, /`0`.*from 1 to/],
        [{ maxCachedMessageAmount: 99 }, /from 100 to 50000/],
        [{ sendMsgTimeout: 1000 }, /did you mean SendMsgTimeoutMillis/],
        [{ accessKey: 'only' }, /SecretKey is not/],
        [{ namesrvAddr: 'nowhere' }, /host:port/],
        [{ MessageModel: 'NONE' }, /CLUSTERING or BROADCASTING/],
      ]
      for (const [options, words] of wrong) {
        await fails(
          make(options),
          'CONFIGURATION',
          onsmq.ConfigurationError,
          /** @type {any} */ (words),
        )
      }
      const groupless = () => new Consumer({ namesrvAddr: server.namesrvAddr })
      await fails(groupless, 'CONFIGURATION', onsmq.ConfigurationError, /GROUP_ID is missing/)
    })

    it('say what is wrong with a message', async (t) => {
      const producer = await producerOn(t, server)
      const topic = unique('illegal')
      const wrong = [
        [{ topic: 'bad topic!' }, /topic `bad topic!`/],
        [{ topic: 't'.repeat(256) }, /255/],
        [{ topic: '' }, /topic ``/],
        [{ body: '' }, /body is empty/],
        [{ body: Buffer.alloc(4 * 1024 * 1024 + 1) }, /4194304/],
        [{ properties: { UNIQ_KEY: 'x' } }, /keeps for itself/],
        [{ properties: { '': 'x' } }, /empty name/],
        [{ properties: { k: '' } }, /empty value/],
        [{ properties: { k: '\u0002' } }, /U\+0001 or U\+0002/],
        [{ properties: { k: 'v'.repeat(32_000) } }, /32000/],
      ]
      for (const [part, words] of wrong) {
        const message = { topic, body: 'body', .../** @type {any} */ (part) }
        const expected = /** @type {const} */ (['ILLEGAL_MESSAGE', onsmq.ArgumentError])
        const error = await fails(
          () => producer.send(message),
          ...expected,
          /** @type {any} */ (words),
        )
        assert.equal(error.topic, message.topic || undefined)
        assert.equal(error.retriable, false)
        const [same] = await producer.sendMany([message])
        check(same, ...expected, /** @type {any} */ (words))
        await fails(() => producer.sendOneway(message), ...expected, /** @type {any} */ (words))
      }
    })

    it('say that a client is not started, or was shut down', async () => {
      const config = { namesrvAddr: server.namesrvAddr, groupId: unique('GID_states') }
      const message = { topic: unique('states'), body: 'body' }
      const producer = new Producer(config)
      const send = () => producer.send(message)
      await fails(send, 'NOT_STARTED', onsmq.StateError, /call start first/)
      await producer.start()
      await producer.shutdown()
      await fails(send, 'CLOSED', onsmq.StateError, /make a new one/)
      await fails(() => producer.sendOneway(message), 'CLOSED', onsmq.StateError, /make a new one/)
      const [outcome] = await producer.sendMany([message])
      check(outcome, 'CLOSED', onsmq.StateError, /make a new one/)
      await fails(() => producer.start(), 'CLOSED', onsmq.StateError, /make a new one/)

      const consumer = new Consumer(config)
      const listener = () => Action.CommitMessage
      const subscribe = (/** @type {string} */ topic, /** @type {string} */ expression) => () =>
        consumer.subscribe(topic, expression, listener)
      await fails(subscribe('a topic', '*'), 'INVALID_ARGUMENT', onsmq.ArgumentError, /a topic/)
      await fails(subscribe('topic', '||'), 'INVALID_ARGUMENT', onsmq.ArgumentError, /names no tag/)
      await consumer.shutdown()
      await fails(() => consumer.start(), 'CLOSED', onsmq.StateError, /make a new one/)
      await fails(subscribe('topic', '*'), 'CLOSED', onsmq.StateError, /make a new one/)
    })

    it('carry the code and remark of a broker that refuses', async (t) => {
      const producer = await producerOn(t, server)
      const send = (/** @type {string} */ topic) => () => producer.send({ topic, body: 'body' })
      const system = send('SCHEDULE_TOPIC_XXXX')
      const error = await fails(system, 'NO_PERMISSION', onsmq.AccessError, /was refused/)
      assert.equal(error.brokerCode, 16)
      assert.equal(error.remark, 'Sending message to topic[SCHEDULE_TOPIC_XXXX] is forbidden.')
      assert.match(error.messageId, /^[0-9A-F]{32}$/)
      const long = send(unique('t'.repeat(150)))
      const illegal = await fails(long, 'ILLEGAL_MESSAGE', onsmq.ArgumentError, /refused/)
      assert.match(illegal.remark, /longer than topic max length/)
    })

    it('say that a second consumer of a group needs an instance name of its own', async (t) => {
      const options = { groupId: unique('GID_twice'), instanceName: 'same' }
      const [first, second] = [consumerOn(t, server, options), consumerOn(t, server, options)]
      await first.start()
      await fails(() => second.start(), 'INVALID_STATE', onsmq.StateError, /InstanceName/)
    })
  })

  it('say what is wrong with an address', async (t) => {
    const options = { sendMsgTimeoutMillis: 1000 }
    const unreachable = /** @type {const} */ (['NAME_SERVER_UNREACHABLE', onsmq.NetworkError])
    const wrong = [
      ['no-such-host.invalid:9876', unreachable, /no-such-host/],
      [await refusingAddress(), unreachable, /refused/],
      [await httpPeer(t), ['PROTOCOL', onsmq.NetworkError], /does not speak RocketMQ/],
    ]
    for (const [namesrvAddr, expected, words] of /** @type {any[]} */ (wrong)) {
      const producer = await producerOn(t, { namesrvAddr }, options)
      const send = () => producer.send({ topic: 'topic', body: 'body' })
      const error = await fails(send, expected[0], expected[1], words)
      assert.ok(error.stack.includes('errors.test.mjs'), 'the stack leads to the caller')
      const consumer = consumerOn(t, { namesrvAddr })
      consumer.subscribe('topic', '*', () => Action.CommitMessage)
      await fails(() => consumer.start(), expected[0], expected[1], words)
      assert.equal(consumer.isStarted, false)
    }
  })

  onEveryServer((server) => {
    it('say that a server has no TLS, or a certificate of nobody', async (t) => {
      const options = { sendMsgTimeoutMillis: 1000, 'tls.enable': true }
      const producer = await producerOn(t, server, options)
      const send = () => producer.send({ topic: 'topic', body: 'body' })
      await fails(send, 'TLS', onsmq.NetworkError, /tls\./)
    })
  })

  it('carry their cause', async (t) => {
    const producer = await producerOn(t, { namesrvAddr: await httpPeer(t) })
    const error = await producer.send({ topic: 'topic', body: 'body' }).catch((error) => error)
    assert.ok(error.cause instanceof Error && error.cause.message.length > 0, String(error.cause))
  })

  it('say that the time is over', async (t) => {
    const producer = await producerOn(
      t,
      { namesrvAddr: await silentPeer(t) },
      { sendMsgTimeoutMillis: 300 },
    )
    const error = await producer.send({ topic: 'topic', body: 'body' }).catch((error) => error)
    assert.ok(['TIMEOUT', 'NAME_SERVER_UNREACHABLE'].includes(error.codeName), String(error))
    assert.ok(error.retriable)
  })

  it('say that nobody knows the topic', async (t) => {
    const server = await DevServer.start({ autoCreateTopics: false })
    atEnd(t, () => server.stop())
    const producer = await producerOn(t, server)
    const topic = unique('unknown')
    const send = () => producer.send({ topic, body: 'body' })
    await fails(send, 'NO_ROUTE', onsmq.RouteError, /create it/)
    await server.createTopic(topic, 2)
    await eventually('the topic is found', () => send().then(Boolean, () => false))
  })

  it('say what a dev server cannot do', async () => {
    const start = (/** @type {any} */ options) => () => DevServer.start(options)
    const family = onsmq.ConfigurationError
    await fails(start({ brokers: 0 }), 'CONFIGURATION', family, /brokers.*`0`.*from 1 to 64/)
    await fails(start({ colour: 'red' }), 'CONFIGURATION', family, /no option `colour`/)
    const server = await DevServer.start()
    const create = () => server.createTopic('bad topic!')
    await fails(create, 'INVALID_ARGUMENT', onsmq.ArgumentError, /bad topic!/)
    await server.stop()
    await server.stop()
  })

  for (const { name } of REAL_SERVERS) {
    it(`say what a broker of ${name} refuses`, async (t) => {
      const cluster = await Cluster.start(name, [
        ...['--acl', '--topic', 'known:1'],
        ...['--broker-config', 'autoCreateTopicEnable=false'],
      ])
      atEnd(t, () => cluster.stop())
      const { access_key: accessKey, secret_key: secretKey } = cluster.description
      const sendAs = async (/** @type {any} */ options, topic = 'known', body = 'body') => {
        const producer = await producerOn(t, cluster, options)
        return await producer.send({ topic, body })
      }
      const account = { accessKey, secretKey }
      assert.ok(await sendAs(account))
      await fails(() => sendAs(account, 'unknown'), 'NO_ROUTE', onsmq.RouteError, /create it/)

      const forbidden = /** @type {const} */ (['NO_PERMISSION', onsmq.AccessError])
      const stranger = { accessKey: 'stranger', secretKey: 'whatever' }
      for (const options of [stranger, { ...account, secretKey: 'wrong' }]) {
        const error = await fails(() => sendAs(options), ...forbidden, /AccessKey, SecretKey/)
        assert.ok(error.brokerCode > 0 && error.remark && !error.retriable)
      }

      const size = { maxMessageSize: 8 * 1024 * 1024, compressMsgBodyOverHowmuch: 2 ** 31 - 1 }
      const large = { ...account, ...size }
      const tooLarge = () => sendAs(large, 'known', 'x'.repeat(5 * 1024 * 1024))
      const illegal = await fails(tooLarge, 'ILLEGAL_MESSAGE', onsmq.ArgumentError, /./)
      assert.equal(illegal.brokerCode, 13)

      const [{ address }] = cluster.description.brokers
      const never = 'updateBrokerConfig -k startAcceptSendRequestTimeStamp -v 99999999999999'
      await cluster.command(`mqadmin ${never} -b ${address}`)
      const error = await fails(() => sendAs(account), 'BROKER_REFUSED', onsmq.BrokerError, /./)
      assert.equal(error.brokerCode, 1)
      assert.match(error.remark, /broker unable to service/)
    })
  }
})

describe('faults of type', () => {
  /**
   * @param {() => unknown} call
   * @param {RegExp} message
   */
  const rejects = (call, message) =>
    assert.rejects(async () => await call(), { name: 'TypeError', message })

  it('name the member of the message', async () => {
    const producer = /** @type {any} */ (new Producer({ namesrvAddr: '127.0.0.1:9876' }))
    const wrong = [
      [undefined, /message must be an object with topic and body, not undefined/],
      ['text', /message must be an object .* not the string 'text'/],
      [[], /message must be an object/],
      [{ body: 'x' }, /message\.topic must be a string, not undefined/],
      [{ topic: 't' }, /message\.body must be a Buffer, a Uint8Array or a string, not undefined/],
      [{ topic: 't', body: [1] }, /message\.body must be .* not an object of class Array/],
      [{ topic: 't', body: 'x', tag: 1 }, /message\.tag must be a string, not the number 1/],
      [{ topic: 't', body: 'x', key: {} }, /message\.key must be a string/],
      [{ topic: 't', body: 'x', properties: { n: 1 } }, /message\.properties\.n must be a string/],
      [{ topic: 't', body: 'x', properties: 'n' }, /message\.properties must be an object/],
      [{ topic: 't', body: 'x', shardingKey: 1 }, /message\.shardingKey must be a string/],
      [{ topic: 't', body: 'x', startDeliverTime: 'soon' }, /message\.startDeliverTime must be a/],
      [{ topic: 't', body: 'x', delayTimeLevel: 3 }, /message\.delayTimeLevel is not known/],
    ]
    for (const [message, words] of /** @type {any[]} */ (wrong)) {
      await rejects(() => producer.send(message), words)
      await rejects(() => producer.sendOneway(message), words)
    }
    const second = [
      { topic: 't', body: 'x' },
      { topic: 't', body: 1 },
    ]
    await rejects(() => producer.sendMany(second), /^messages\[1\]\.body must be/)
    await rejects(() => producer.sendMany('x'), /messages must be an array/)
    await rejects(() => producer.flush('x'), /timeoutMs must be a number/)
  })

  it('name the argument of a consumer, of a configuration and of a dev server', async () => {
    const Any = /** @type {any} */ (Consumer)
    const consumer = new Any({ groupId: 'GID', namesrvAddr: '127.0.0.1:9876' })
    await rejects(() => consumer.subscribe(1, '*', () => {}), /topic must be a string/)
    await rejects(() => consumer.subscribe('t', 1, () => {}), /expression must be a string/)
    await rejects(() => consumer.subscribe('t', '*', null), /listener must be a function, not null/)
    await rejects(() => consumer.unsubscribe(), /topic must be a string/)
    await rejects(() => new Any(), /config must be an object of options, not undefined/)
    await rejects(() => new Any({ groupId: {} }), /config\.groupId must be a string, a number or/)
    await rejects(() => DevServer.start(/** @type {any} */ (1)), /options must be an object/)
  })
})
