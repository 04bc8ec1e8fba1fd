import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { OnsClientError } from '../index.mjs'
import { Collector, consumerOn, producerOn, unique } from './support/clients.mjs'
import { checkReceived, messageOf } from './support/series.mjs'
import { onEveryServer } from './support/servers.mjs'

const COUNT = 10_000
const IN_FLIGHT = 100

/**
 * Sends the messages from a number on: half of them each on its own, half many at once.
 * @param {import('../index.js').Producer} producer
 * @param {string} topic
 * @param {number} first
 */
async function sendSome(producer, topic, first) {
  const messages = Array.from({ length: IN_FLIGHT }, (_, at) => messageOf(topic, first + at))
  const half = IN_FLIGHT / 2
  const [each, many] = await Promise.all([
    Promise.all(messages.slice(0, half).map((message) => producer.send(message))),
    producer.sendMany(messages.slice(half)),
  ])
  return [...each, ...many]
}

describe('ten thousand messages of mixed sizes', () => {
  onEveryServer((server) => {
    it('are all received, with every part as it was sent', async (t) => {
      const topic = unique('roundtrip')
      const collector = new Collector()
      const consumer = consumerOn(t, server)
      consumer.subscribe(topic, '*', collector.listener)
      await consumer.start()
      const producer = await producerOn(t, server, { sendMsgTimeoutMillis: 30_000 })

      /** @type {any[]} */
      const results = []
      for (let first = 0; first < COUNT; first += IN_FLIGHT) {
        results.push(...(await sendSome(producer, topic, first)))
      }
      await collector.has(COUNT)

      assert.equal(collector.messages.length, COUNT)
      const seen = new Set()
      for (const message of collector.messages) {
        const index = checkReceived(topic, message)
        seen.add(index)
        const { messageId, queueId, brokerName, offset } = message
        assert.ok(!(results[index] instanceof OnsClientError), String(results[index]))
        assert.deepEqual({ ...results[index] }, { messageId, topic, queueId, brokerName, offset })
      }
      assert.equal(seen.size, COUNT)
    })
  })
})
