import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ArgumentError, OrderAction } from '../index.mjs'
import { Collector, countOf, keepLog, unique } from './support/clients.mjs'
import { orderConsumerOn, orderProducerOn } from './support/clients.mjs'
import { onEveryServer } from './support/servers.mjs'

const SHARDS = ['a', 'b', '订单-😀', 'order 42', 'e', 'f', 'g', 'h']

/** @param {import('../index.js').ReceivedMessage[]} messages */
function byShard(messages) {
  /** @type {Record<string, string[]>} */
  const shards = {}
  for (const { shardingKey = '', body } of messages) {
    shards[shardingKey] = [...(shards[shardingKey] ?? []), String(body)]
  }
  return shards
}

/** @param {number} count */
const numbers = (count) => Array.from({ length: count }, (_, at) => String(at))

describe('ordered messages', () => {
  onEveryServer((server) => {
    it('of a shard come one at a time, in the order of the calls, from one queue', async (t) => {
      const topic = unique('ordered')
      const collector = new Collector()
      const consumer = orderConsumerOn(t, server)
      /** @type {Map<number, number>} by queue */
      const running = new Map()
      let most = 0
      consumer.subscribe(topic, '*', async (message) => {
        const calls = (running.get(message.queueId) ?? 0) + 1
        running.set(message.queueId, calls)
        most = Math.max(most, calls)
        await delay(message.offset % 3)
        running.set(message.queueId, calls - 1)
        collector.add(message)
        return OrderAction.Success
      })
      await consumer.start()
      const producer = await orderProducerOn(t, server)
      // Not waited for one by one: the order is that of the calls.
      const sends = numbers(25).flatMap((body) =>
        SHARDS.map((shard) => producer.send({ topic, body }, shard)),
      )
      const results = await Promise.all(sends)
      const more = numbers(50).slice(25)
      const messages = more.flatMap((body) =>
        SHARDS.map((shardingKey) => ({ topic, body, shardingKey })),
      )
      results.push(.../** @type {any[]} */ (await producer.sendMany(messages)))
      await collector.has(50 * SHARDS.length)

      assert.equal(most, 1)
      const due = Object.fromEntries(SHARDS.map((shard) => [shard, numbers(50)]))
      assert.deepEqual(byShard(collector.messages), due)
      for (const shard of SHARDS.keys()) {
        const queues = results.filter((_, at) => at % SHARDS.length === shard)
        assert.equal(new Set(queues.map((it) => `${it.brokerName}#${it.queueId}`)).size, 1)
      }
    })

    it('that are suspended come again before the next, also where the listener fails', async (t) => {
      const lines = keepLog(t)
      const topic = unique('suspended')
      const collector = new Collector()
      const consumer = orderConsumerOn(t, server, { suspendTimeMillis: 50 })
      consumer.subscribe(topic, null, function suspends(message) {
        collector.add(message)
        if (message.reconsumeTimes > 0) return OrderAction.Success
        switch (String(message.body)) {
          case 'suspend':
            return OrderAction.Suspend
          case 'later':
            return delay(1, OrderAction.Suspend)
          case 'throw':
            throw new Error('thrown by the listener')
          case 'reject':
            return Promise.reject(new Error('rejected by the listener'))
          case 'nothing':
            return /** @type {any} */ (undefined)
          case 'wrong':
            return /** @type {any} */ ('CommitMessage')
        }
        return OrderAction.Success
      })
      await consumer.start()
      const producer = await orderProducerOn(t, server)
      const failing = ['suspend', 'later', 'throw', 'reject', 'nothing', 'wrong']
      const bodies = failing.flatMap((body) => [body, `after ${body}`])
      const messages = bodies.map((body) => ({ topic, body, shardingKey: 'one' }))
      await producer.sendMany(messages)
      await collector.has(bodies.length + failing.length)

      const seen = collector.messages.map(({ body, reconsumeTimes }) => [
        String(body),
        reconsumeTimes,
      ])
      assert.deepEqual(
        seen,
        bodies.flatMap((body) =>
          failing.includes(body)
            ? [
                [body, 0],
                [body, 1],
              ]
            : [[body, 0]],
        ),
      )
      assert.equal(countOf(lines, /`suspends`.* failed, its queue is suspended.*thrown by/), 1)
      assert.equal(countOf(lines, /`suspends`.* failed, .*rejected by the listener/), 1)
      const said = /`suspends`.* returned undefined, .*OrderAction.Success or OrderAction.Suspend/
      assert.equal(countOf(lines, said), 1)
      assert.equal(countOf(lines, /returned the string/), 0, 'one warning of a listener')
    })

    it('are received without a listener, one of a queue at a time', async (t) => {
      const topic = unique('received')
      const consumer = orderConsumerOn(t, server, { suspendTimeMillis: 20 })
      consumer.subscribe(topic)
      await consumer.start()
      const producer = await orderProducerOn(t, server)
      for (const body of numbers(10)) await producer.send({ topic, body }, 'one')
      /** @type {string[]} */
      const seen = []
      for await (const message of consumer) {
        seen.push(String(message.body))
        if (message.body.toString() === '4' && message.reconsumeTimes === 0) {
          assert.deepEqual(await consumer.receive({ max: 10, timeoutMs: 10 }), [])
          message.reconsumeLater()
          continue
        }
        message.commit()
        if (seen.length === 11) break
      }
      assert.deepEqual(seen, ['0', '1', '2', '3', '4', '4', '5', '6', '7', '8', '9'])
    })

    it('need a sharding key', async (t) => {
      const producer = await orderProducerOn(t, server)
      const message = { topic: unique('keyless'), body: 'x' }
      for (const shardingKey of [undefined, '', '  ']) {
        await assert.rejects(producer.send(message, shardingKey), (error) => {
          assert.ok(error instanceof ArgumentError && error.codeName === 'INVALID_ARGUMENT')
          assert.match(error.message, /the sharding key is blank/)
          return true
        })
      }
      const [outcome] = await producer.sendMany([message])
      assert.ok(outcome instanceof ArgumentError)
      const wrong = producer.send(message, /** @type {any} */ (42))
      await assert.rejects(wrong, /TypeError: shardingKey must be a string/)
      const own = await producer.send({ ...message, shardingKey: 'own' })
      assert.equal((await producer.send(message, 'own')).queueId, own.queueId)
    })
  })
})
