import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Action, BatchConsumer } from '../index.mjs'
import { DevServer } from '../testing.mjs'
import { atEnd, batchConsumerOn, countOf, eventually } from './support/clients.mjs'
import { keepLog, producerOn, unique } from './support/clients.mjs'
import { onEveryServer } from './support/servers.mjs'

/** @param {string} topic */
const messagesTo = (topic, count = 64) =>
  Array.from({ length: count }, (_, at) => ({ topic, body: String(at) }))

describe('a batch consumer', () => {
  onEveryServer((server) => {
    it('gets lists of up to its size, and each again as a whole', async (t) => {
      const topic = unique('batch')
      const consumer = batchConsumerOn(t, server, {
        consumeMessageBatchMaxSize: 8,
        consumeThreadNums: 2,
      })
      const [done, failed] = [/** @type {string[][]} */ ([]), /** @type {string[][]} */ ([])]
      consumer.subscribe(topic, '*', async (messages) => {
        assert.ok(Array.isArray(messages) && messages.every((it) => it.topic === topic))
        const again = messages.some((it) => String(it.body) === '0' && it.reconsumeTimes === 0)
        const list = again ? failed : done
        list.push(messages.map(({ body }) => String(body)))
        return again ? Action.ReconsumeLater : Action.CommitMessage
      })
      await consumer.start()
      const producer = await producerOn(t, server)
      await producer.sendMany(messagesTo(topic))
      await eventually('all are done with', () => done.flat().length >= 64)

      const sizes = [...done, ...failed].map((list) => list.length)
      assert.ok(Math.max(...sizes) <= 8 && Math.max(...sizes) > 1, String(sizes))
      assert.deepEqual(
        done.flat().sort(),
        messagesTo(topic)
          .map(({ body }) => body)
          .sort(),
      )
      assert.equal(failed.length, 1)
      assert.ok(failed[0].includes('0'))
    })
  })

  it('gets a list again whose listener throws or says nothing', async (t) => {
    const server = await DevServer.start({ retryDelayMs: 50 })
    atEnd(t, () => server.stop())
    const lines = keepLog(t)
    const topic = unique('batch_again')
    const consumer = batchConsumerOn(t, server, { consumeMessageBatchMaxSize: 4 })
    let committed = 0
    consumer.subscribe(topic, '*', function careless(messages) {
      if (messages.some((it) => it.reconsumeTimes > 0)) {
        committed += messages.length
        return Action.CommitMessage
      }
      if (messages.some((it) => it.key === 'throws')) throw new Error('thrown by the listener')
      return /** @type {any} */ (undefined)
    })
    await consumer.start()
    const producer = await producerOn(t, server)
    for (const [at, key] of ['throws', 'nothing', 'nothing'].entries()) {
      await producer.send({ topic, body: 'x', key })
      await eventually('it comes again', () => committed > at)
    }
    assert.equal(countOf(lines, /`careless`.* failed, the messages of the list come again/), 1)
    assert.equal(countOf(lines, /`careless`.* returned undefined/), 1)
  })

  it('takes subscriptions with a listener only, and sizes from 1 to 32', (t) => {
    const consumer = batchConsumerOn(t, { namesrvAddr: '127.0.0.1:1' })
    const subscribe = /** @type {any} */ (consumer).subscribe.bind(consumer)
    assert.throws(() => subscribe('topic', '*'), /listener must be a function, not undefined/)
    const config = { namesrvAddr: '127.0.0.1:1', groupId: 'GID' }
    const make = () => new BatchConsumer({ ...config, consumeMessageBatchMaxSize: 33 })
    assert.throws(make, { name: 'ConfigurationError', message: /from 1 to 32/ })
  })
})
