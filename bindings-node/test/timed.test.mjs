import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Action } from '../index.mjs'
import { Collector, consumerOn, producerOn, unique } from './support/clients.mjs'
import { onEveryServer, REAL_SERVERS } from './support/servers.mjs'

describe('a timed message', () => {
  onEveryServer((server) => {
    it('comes at its time, given as a number or a Date', async (t) => {
      const topic = unique('timed')
      const collector = new Collector()
      const consumer = consumerOn(t, server)
      /** @type {Map<string, number>} */
      const came = new Map()
      consumer.subscribe(topic, '*', (message) => {
        came.set(String(message.body), Date.now())
        collector.add(message)
        return Action.CommitMessage
      })
      await consumer.start()
      const producer = await producerOn(t, server)
      // They make the topic, which takes time.
      await producer.send({ topic, body: 'past', startDeliverTime: Date.now() - 1000 })
      await producer.send({ topic, body: 'none', startDeliverTime: null })
      // 5 s is a level of old brokers too, where it is met exactly.
      const due = Date.now() + 5000
      await producer.send({ topic, body: 'number', startDeliverTime: due })
      await producer.send({ topic, body: 'date', startDeliverTime: new Date(due) })
      await collector.has(4)
      for (const { body, startDeliverTime } of collector.messages) {
        const text = String(body)
        const at = came.get(text) ?? 0
        if (text === 'none') assert.equal(startDeliverTime, undefined)
        if (text === 'past') assert.ok(at < due, `${at - due} ms`)
        if (!['number', 'date'].includes(text)) continue
        assert.equal(startDeliverTime, due)
        // Real brokers are a second exact.
        assert.ok(at >= due - 1200 && at < due + 5000, `${text}: ${at - due} ms`)
      }
    })
  })

  for (const { name, version, start } of REAL_SERVERS) {
    it(`is an error where its time cannot be met: ${name}`, async (t) => {
      const producer = await producerOn(t, await start())
      const hours = version?.startsWith('4') ? 7.2 : 24 * 41
      const startDeliverTime = Date.now() + hours * 3_600_000
      const sent = producer.send({ topic: unique('untimely'), body: 'x', startDeliverTime })
      await assert.rejects(sent, { name: 'ArgumentError', codeName: 'ILLEGAL_MESSAGE' })
    })
  }

  it('has a time in whole ms', async (t) => {
    const producer = await producerOn(t, { namesrvAddr: '127.0.0.1:1' })
    for (const startDeliverTime of ['soon', 1.5, NaN, new Date(NaN), 10n, {}]) {
      const message = /** @type {any} */ ({ topic: 'topic', body: 'x', startDeliverTime })
      const words = /message.startDeliverTime must be a Date or a whole number of ms since 1970/
      await assert.rejects(producer.send(message), { name: 'TypeError', message: words })
    }
  })
})
