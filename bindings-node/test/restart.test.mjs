import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { atEnd, Collector, consumerOn, eventually, producerOn, unique } from './support/clients.mjs'
import { Cluster } from './support/cluster.mjs'
import { REAL_SERVERS } from './support/servers.mjs'

const AT_ONCE = 50
/** Java's client needs 34 s. */
const FLOWING_AGAIN_MS = 5000

describe('a broker that is killed in the middle of sends and of consumption', () => {
  for (const { name } of REAL_SERVERS) {
    it(`loses nothing that it has said to have stored, and is found again: ${name}`, async (t) => {
      const cluster = await Cluster.start(name)
      atEnd(t, () => cluster.stop())
      const topic = unique('restart')
      const collector = new Collector()
      let lastAt = 0
      collector.on('message', () => (lastAt = performance.now()))
      const consumer = consumerOn(t, cluster)
      consumer.subscribe(topic, '*', collector.listener)
      await consumer.start()
      const producer = await producerOn(t, cluster, { sendMsgTimeoutMillis: 5000 })

      /** @type {string[]} */
      const stored = []
      let [isOver, failed, storedAt] = [false, 0, 0]
      const sendOn = async () => {
        while (!isOver) {
          // A send that fails is the caller's to repeat; one that succeeds is stored.
          const sent = await producer.send({ topic, body: 'restart' }).catch(() => void failed++)
          if (!sent) continue
          stored.push(sent.messageId)
          storedAt = performance.now()
        }
      }
      const sending = Array.from({ length: AT_ONCE }, sendOn)
      await eventually('messages flow', () => collector.messages.length > 2000)

      await cluster.command('kill broker-a')
      await cluster.command('start broker-a')
      const back = performance.now()
      await eventually('messages flow again', () => lastAt > back && storedAt > back)
      const flowing = Math.max(lastAt, storedAt) - back
      assert.ok(flowing < FLOWING_AGAIN_MS, `only after ${flowing} ms`)

      const before = stored.length
      await eventually('many more are stored', () => stored.length > before + 2000)
      isOver = true
      await Promise.all(sending)
      const received = () => new Set(collector.messages.map(({ messageId }) => messageId))
      await eventually('all that is stored is received', () => {
        const ids = received()
        return stored.every((id) => ids.has(id))
      })
      const repeated = collector.messages.length - received().size
      t.diagnostic(
        `${stored.length} stored, ${failed} failed, ${repeated} repeated; flowing after ${Math.round(flowing)} ms`,
      )
    })
  }
})
