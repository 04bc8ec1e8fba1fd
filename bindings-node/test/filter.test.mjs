import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DevServer } from '../testing.mjs'
import { atEnd, Collector, consumerOn, countOf, eventually } from './support/clients.mjs'
import { keepLog, producerOn, unique } from './support/clients.mjs'
import { Cluster } from './support/cluster.mjs'
import { REAL_SERVERS } from './support/servers.mjs'

describe('an SQL filter', () => {
  for (const { name, start } of REAL_SERVERS) {
    it(`chooses by user properties: ${name}`, async (t) => {
      const server = await start()
      const topic = unique('sql')
      const [listened, collector] = [consumerOn(t, server), new Collector()]
      const sql = "amount > 100 AND region IN ('north', '北')"
      listened.subscribe(topic, { sql }, collector.listener)
      const received = consumerOn(t, server)
      received.subscribe(topic, { sql: 'amount = 500' })
      await Promise.all([listened.start(), received.start()])
      const producer = await producerOn(t, server)
      const regions = ['north', 'south', '北']
      for (const region of regions) {
        for (const amount of ['50', '500']) {
          await producer.send({ topic, body: amount, properties: { amount, region } })
        }
      }
      await collector.has(2)
      const parts = (/** @type {any} */ { properties }) =>
        `${properties.amount} ${properties.region}`
      assert.deepEqual(collector.messages.map(parts).sort(), ['500 north', '500 北'])
      /** @type {string[]} */
      const all = []
      while (all.length < 3) {
        for (const message of await received.receive({ max: 8, timeoutMs: 30_000 })) {
          all.push(parts(message))
          message.commit()
        }
      }
      assert.deepEqual(all.sort(), ['500 north', '500 south', '500 北'])
    })

    it(`is an error of start where the broker does not take it: ${name}`, async (t) => {
      const server = await start()
      const topic = unique('sql')
      await (await producerOn(t, server)).send({ topic, body: 'x' })
      const consumer = consumerOn(t, server)
      consumer.subscribe(topic, { sql: 'amount > > 1' })
      await assert.rejects(consumer.start(), {
        name: 'ArgumentError',
        codeName: 'INVALID_ARGUMENT',
      })
    })

    it(`is a warning where the consumer runs and the broker does not take it: ${name}`, async (t) => {
      const server = await start()
      const topic = unique('sql')
      await (await producerOn(t, server)).send({ topic, body: 'x' })
      const consumer = consumerOn(t, server)
      await consumer.start()
      const lines = keepLog(t)
      consumer.subscribe(topic, { sql: 'amount > > 1' })
      const warning = /no message of the topic will come/
      await eventually('a warning', () => countOf(lines, warning) === 1)
    })
  }

  it('is never guessed from the text', async (t) => {
    const server = await DevServer.start()
    atEnd(t, () => server.stop())
    const topic = unique('tags')
    const [consumer, collector] = [consumerOn(t, server), new Collector()]
    consumer.subscribe(topic, 'a > 1 || TagA', collector.listener)
    await consumer.start()
    const producer = await producerOn(t, server)
    for (const tag of ['a > 1', 'TagA', 'TagB']) await producer.send({ topic, body: 'x', tag })
    await collector.has(2)
    assert.deepEqual(collector.messages.map(({ tag }) => tag).sort(), ['TagA', 'a > 1'])
  })

  for (const { name } of REAL_SERVERS) {
    it(`is an error of start where the broker has none: ${name}`, async (t) => {
      const without = ['--topic', 'sql:1', '--broker-config', 'enablePropertyFilter=false']
      const cluster = await Cluster.start(name, without)
      atEnd(t, () => cluster.stop())
      const consumer = consumerOn(t, cluster)
      consumer.subscribe('sql', { sql: 'a > 1' })
      await assert.rejects(consumer.start(), {
        name: 'BrokerError',
        message: /enablePropertyFilter=true/,
      })
    })
  }

  it('is an object with sql and nothing else', (t) => {
    const consumer = consumerOn(t, { namesrvAddr: '127.0.0.1:1' })
    const subscribe = (/** @type {any} */ filter) => () => consumer.subscribe('topic', filter)
    assert.throws(subscribe({ tags: 'a' }), /expression.tags is not known: sql/)
    assert.throws(subscribe({}), /expression.sql must be a string, not undefined/)
    assert.throws(subscribe({ sql: '' }), { name: 'ArgumentError' })
    assert.throws(subscribe(['a']), /expression must be a string or { sql }/)
  })
})
