// Messages cross to the native half many at a time: here is what could get mixed up on the way.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { OnsClientError } from '../index.mjs'
import { Collector, consumerOn, orderProducerOn, producerOn, unique } from './support/clients.mjs'
import { onEveryServer } from './support/servers.mjs'

/** Around the size from which a body does not share a buffer with others. */
const SIZES = [1, 4095, 4096, 4097, 2, 100_000, 3, 70_000, 4095]

/**
 * A body that differs from those of other numbers in each byte.
 * @param {number} size
 * @param {number} number
 */
function bodyOf(size, number) {
  return Buffer.alloc(size, number + 1)
}

/** @param {PromiseSettledResult<any>} outcome */
function codeNameOf(outcome) {
  if (outcome.status === 'fulfilled') return 'OK'
  assert.ok(outcome.reason instanceof OnsClientError, String(outcome.reason))
  return outcome.reason.codeName
}

/**
 * The messages of a topic, once all have come, by their keys.
 * @param {import('node:test').TestContext} t
 * @param {{ namesrvAddr: string }} server
 * @param {string} topic
 */
async function receiving(t, server, topic) {
  const collector = new Collector()
  const consumer = consumerOn(t, server)
  consumer.subscribe(topic, '*', collector.listener)
  await consumer.start()
  return async (/** @type {number} */ count) => {
    await collector.has(count)
    return new Map(collector.messages.map((message) => [message.key, message]))
  }
}

/**
 * Counts how often a producer's sends cross.
 * @param {any} producer
 */
function countCrossings(producer) {
  const native = producer._native
  let count = 0
  native.send = (/** @type {any[]} */ ...args) => {
    count++
    return Object.getPrototypeOf(native).send.apply(native, args)
  }
  return () => count
}

describe('messages that cross together', () => {
  onEveryServer((server) => {
    it('keep their bodies, small and large by turns', async (t) => {
      const topic = unique('sizes')
      const received = await receiving(t, server, topic)
      const producer = await producerOn(t, server)
      const messages = (/** @type {string} */ how) =>
        SIZES.map((size, at) => ({ topic, body: bodyOf(size, at), key: `${how}${at}` }))
      const each = messages('each').map((message) => {
        const sent = producer.send(message)
        message.body.fill(0)
        return sent
      })
      const many = producer.sendMany(messages('many'))
      await Promise.all([...each, many])
      const byKey = await received(2 * SIZES.length)
      for (const how of ['each', 'many']) {
        for (const [at, size] of SIZES.entries()) {
          assert.ok(byKey.get(`${how}${at}`)?.body.equals(bodyOf(size, at)), `${how} ${at}`)
        }
      }
    })

    it('keep their bodies, however much they are together', async (t) => {
      const topic = unique('much')
      const received = await receiving(t, server, topic)
      const producer = await producerOn(t, server, { sendMsgTimeoutMillis: 30_000 })
      const bodies = Array.from({ length: 400 }, (_, at) => bodyOf(4000 - at, at % 200))
      const messages = bodies.map((body, at) => ({ topic, body, key: `${at}` }))
      const [many, ...each] = await Promise.all([
        producer.sendMany(messages.slice(0, 300)),
        ...messages.slice(300).map((message) => producer.send(message)),
      ])
      assert.ok([...many, ...each].every((result) => !(result instanceof OnsClientError)))
      const byKey = await received(bodies.length)
      for (const [at, body] of bodies.entries()) assert.ok(byKey.get(`${at}`)?.body.equals(body))
    })

    it('keep their texts, also where they are not ASCII and halves of pairs meet', async (t) => {
      const topic = unique('texts')
      const received = await receiving(t, server, topic)
      const producer = await producerOn(t, server)
      const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`ü${at}`, `𝄞${at}`]))
      /** @type {any[]} */
      const messages = [
        { topic, body: 'ascii', key: '1', tag: 'tag', shardingKey: 'shard' },
        { topic, body: 'none', key: '2', properties: {} },
        { topic, body: 'many', key: '3', tag: 'größer', properties: many, shardingKey: '𝄞' },
        { topic, body: 'halves', key: '4', properties: { '\udd1ea\ud834': '\udd1eb\ud834' } },
        { topic, body: 'zeros', key: '5', properties: { zero: '\0', a: '\0\0b' } },
      ]
      const parts = (/** @type {any} */ { tag, properties = {}, shardingKey }) => ({
        tag,
        properties,
        shardingKey,
      })
      await Promise.all(messages.map((message) => producer.send(message)))
      const byKey = await received(messages.length)
      const [ascii, none, large, , zeros] = messages
      for (const message of [ascii, none, large, zeros]) {
        assert.deepEqual(parts(byKey.get(message.key)), parts(message))
      }
      assert.deepEqual(parts(byKey.get('4')).properties, { '\ufffda\ufffd': '\ufffdb\ufffd' })
    })

    it('end each in its own way', async (t) => {
      const topics = [unique('own_a'), unique('own_b')]
      const producer = await producerOn(t, server)
      const messages = Array.from({ length: 600 }, (_, at) => ({
        topic: topics[at % 2],
        body: at % 7 === 0 ? '' : 'body',
        properties: at % 11 === 0 ? { '': 'no name' } : undefined,
      }))
      const outcomes = await Promise.allSettled(messages.map((message) => producer.send(message)))
      for (const [at, outcome] of outcomes.entries()) {
        const isWrong = at % 7 === 0 || at % 11 === 0
        assert.equal(codeNameOf(outcome), isWrong ? 'ILLEGAL_MESSAGE' : 'OK', String(at))
        if (outcome.status === 'fulfilled') assert.equal(outcome.value.topic, topics[at % 2])
      }
    })

    it('are sent in the order of the calls, whichever those are', async (t) => {
      const topic = unique('calls')
      const producer = await orderProducerOn(t, server)
      const message = { topic, body: 'body', shardingKey: 'one' }
      const large = { ...message, body: Buffer.alloc(5000) }
      const sent = await Promise.all([
        producer.send(message),
        producer.send(large),
        producer.sendMany([message, large]),
        producer.send(message),
        producer.sendMany([message]),
        producer.send(message),
      ])
      const offsets = sent.flat().map((result) => /** @type {any} */ (result).offset)
      assert.deepEqual(
        offsets,
        Array.from({ length: 7 }, (_, at) => offsets[0] + at),
      )
    })

    it('are sent before the producer is shut down, and not before it is started', async (t) => {
      const message = { topic: unique('life'), body: 'body' }
      const running = await producerOn(t, server)
      const outcomes = await Promise.allSettled([
        running.send(message),
        running.sendOneway(message),
        running.shutdown(),
      ])
      assert.deepEqual(outcomes.map(codeNameOf), ['OK', 'OK', 'OK'])
      const closed = await Promise.allSettled([running.send(message), running.send(message)])
      assert.deepEqual(closed.map(codeNameOf), ['CLOSED', 'CLOSED'])
    })
  })

  const server = { namesrvAddr: '127.0.0.1:1' }

  it('are those of one turn, and a lone one does not wait for others', async (t) => {
    const producer = await producerOn(t, server)
    const crossings = countCrossings(producer)
    const send = () => producer.send({ topic: 'topic', body: 'body' }).catch(() => {})
    const ends = [send()]
    assert.equal(crossings(), 0)
    await undefined
    assert.equal(crossings(), 1)
    for (let count = 0; count < 10; count++) ends.push(send())
    await undefined
    assert.equal(crossings(), 2)
    for (let count = 0; count < 1000; count++) ends.push(send())
    await undefined
    assert.ok(crossings() > 3, 'so many do not wait for each other')
    await Promise.all(ends)
  })

  it('are not lost where one of them cannot be taken', async (t) => {
    const producer = await producerOn(t, server)
    const failure = new Error('a getter that fails')
    const failing = {
      topic: 'topic',
      get body() {
        producer.send({ topic: '?', body: 'inner' }).catch(() => {})
        throw failure
      },
    }
    const tooLong = 'x'.repeat(2 ** 29 - 24)
    const outcomes = await Promise.allSettled([
      producer.send({ topic: 'topic', body: 'body', tag: tooLong, key: 'key' }),
      producer.send({ topic: '!', body: 'body' }),
      producer.send(/** @type {any} */ (failing)),
      producer.send(/** @type {any} */ ({ topic: 'topic', body: 1 })),
      producer.send({ topic: 'topic', body: '' }),
    ])
    const reasons = outcomes.map((outcome) => /** @type {any} */ (outcome).reason)
    assert.ok(reasons[0] instanceof RangeError, String(reasons[0]))
    assert.match(reasons[1].message, /topic `!`/)
    assert.equal(reasons[2], failure)
    assert.match(reasons[3].message, /message\.body must be/)
    assert.match(reasons[4].message, /body is empty/)
  })

  it('are not held up by one whose body was transferred to another thread', async (t) => {
    const producer = await producerOn(t, server, { sendMsgTimeoutMillis: 500 })
    const gone = new Uint8Array(8)
    structuredClone(gone, { transfer: [gone.buffer] })
    const outcomes = await producer.sendMany([
      { topic: 'topic', body: gone },
      { topic: '!', body: 'body' },
    ])
    const texts = outcomes.map((outcome) => /** @type {any} */ (outcome).message)
    assert.match(texts[0], /body is empty/)
    assert.match(texts[1], /topic `!`/)
  })

  it('are what they were when all were looked at', async (t) => {
    const producer = await producerOn(t, server)
    /** @type {any[]} */
    const messages = [
      {
        body: 'body',
        get topic() {
          messages.length = 2
          return 'first!'
        },
      },
      { topic: 'second!', body: 'body' },
      { topic: 'third!', body: 'body' },
    ]
    const outcomes = await producer.sendMany(messages)
    const texts = outcomes.map((outcome) => /** @type {any} */ (outcome)?.message)
    assert.match(texts[0], /first!/)
    assert.match(texts[1], /second!/)
  })
})
