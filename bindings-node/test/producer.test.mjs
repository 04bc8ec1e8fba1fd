import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Action, OnsClientError, ResponseTimeoutError, SendResult } from '../index.mjs'
import { Collector, consumerOn, producerOn, unique } from './support/clients.mjs'
import { silentPeer } from './support/peers.mjs'
import { onEveryServer } from './support/servers.mjs'

describe('a producer', () => {
  onEveryServer((server) => {
    it('answers where a message is stored', async (t) => {
      const topic = unique('stored')
      const producer = await producerOn(t, server)
      const result = await producer.send({ topic, body: 'body' })
      assert.match(result.messageId, /^[0-9A-F]{32}$/)
      assert.equal(result.topic, topic)
      assert.ok(result.queueId >= 0 && result.offset >= 0 && result.brokerName.length > 0)
      assert.ok(result instanceof SendResult)
      const { messageId, brokerName, queueId, offset } = result
      const queue = `${brokerName}#${queueId}`
      const text = `SendResult[topic=${topic}, messageId=${messageId}, queue=${queue}, offset=${offset}]`
      assert.equal(`${result}`, text)
    })

    it('sends bytes, views of a part of a buffer, shared memory and text', async (t) => {
      const topic = unique('bodies')
      const collector = new Collector()
      const consumer = consumerOn(t, server)
      consumer.subscribe(topic, null, collector.listener)
      await consumer.start()
      const producer = await producerOn(t, server)
      const part = new Uint8Array([9, 1, 2, 9]).subarray(1, 3)
      await producer.send({ topic, body: part, key: '1' })
      await producer.send({ topic, body: Buffer.from([1, 2]), key: '2' })
      await producer.send({ topic, body: 'ü', key: '3', tag: null, properties: null })
      await producer.sendOneway({ topic, body: 'one-way', key: '4' })
      const shared = new Uint8Array(new SharedArrayBuffer(2))
      shared.set([1, 2])
      await producer.send({ topic, body: shared, key: '5' })
      await collector.has(5)
      const bodies = new Map(collector.messages.map(({ key, body }) => [key, [...body]]))
      assert.deepEqual(bodies.get('1'), [1, 2])
      assert.deepEqual(bodies.get('2'), [1, 2])
      assert.deepEqual(bodies.get('3'), [0xc3, 0xbc])
      assert.deepEqual(bodies.get('5'), [1, 2])
      assert.deepEqual(bodies.get('4'), [...Buffer.from('one-way')])
    })

    it('takes a copy of the body, which may be overwritten at once', async (t) => {
      const topic = unique('copied')
      const collector = new Collector()
      const consumer = consumerOn(t, server)
      consumer.subscribe(topic, '*', collector.listener)
      await consumer.start()
      const producer = await producerOn(t, server)
      const body = Buffer.from('before')
      const sent = producer.send({ topic, body })
      body.fill('x')
      await sent
      await collector.has(1)
      assert.equal(String(collector.messages[0].body), 'before')
    })

    it('answers many messages in their order, each with its result or error', async (t) => {
      const topic = unique('many')
      const producer = await producerOn(t, server)
      const bodies = ['first', '', 'third']
      const outcomes = await producer.sendMany(bodies.map((body) => ({ topic, body })))
      const [first, second, third] = /** @type {any[]} */ (outcomes)
      assert.equal(first.topic, topic)
      assert.ok(second instanceof OnsClientError && second.codeName === 'ILLEGAL_MESSAGE')
      assert.notEqual(third.messageId, first.messageId)
      assert.deepEqual(await producer.sendMany([]), [])
    })

    it('flushes: what was sent before is known by then', async (t) => {
      const topic = unique('flushed')
      const producer = await producerOn(t, server)
      let settled = 0
      const count = () => void settled++
      for (let at = 0; at < 50; at++) producer.send({ topic, body: 'body' }).then(count, count)
      producer.send({ topic, body: '' }).then(count, count)
      await producer.flush(20_000)
      assert.equal(settled, 51)
      await producer.flush()
    })

    it('lets sends that are under way end before it is shut down', async (t) => {
      const topic = unique('draining')
      const producer = await producerOn(t, server)
      const sends = Array.from({ length: 100 }, () => producer.send({ topic, body: 'body' }))
      await producer.shutdown()
      assert.equal((await Promise.all(sends)).length, 100)
    })

    it('sends a received message on as a new one', async (t) => {
      const [from, to] = [unique('from'), unique('to')]
      const collector = new Collector()
      const consumer = consumerOn(t, server)
      const producer = await producerOn(t, server)
      consumer.subscribe(from, '*', async (message) => {
        await producer.send({ ...pick(message), topic: to })
        return Action.CommitMessage
      })
      consumer.subscribe(to, '*', collector.listener)
      await consumer.start()
      await producer.send({ topic: from, body: 'x', tag: 'a', key: 'k', properties: { p: 'v' } })
      await collector.has(1)
      const [{ tag, key, properties }] = collector.messages
      assert.deepEqual({ tag, key, properties }, { tag: 'a', key: 'k', properties: { p: 'v' } })
      assert.ok(await producer.send(collector.messages[0]))
    })
  })

  it('ends flush with a ResponseTimeoutError where the time is not enough', async (t) => {
    const namesrvAddr = await silentPeer(t)
    const producer = await producerOn(t, { namesrvAddr }, { sendMsgTimeoutMillis: 500 })
    const sent = producer.send({ topic: 'topic', body: 'body' }).catch((error) => error)
    const error = await producer.flush(1).catch((error) => error)
    assert.ok(error instanceof ResponseTimeoutError, String(error))
    assert.match(error.message, /^1 sends were still in flight after 1 ms/)
    assert.ok((await sent) instanceof OnsClientError)
  })
})

/** @param {import('../index.js').ReceivedMessage} message */
function pick({ body, tag, key, properties }) {
  return { body, tag, key, properties }
}
