import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Action, TransactionStatus } from '../index.mjs'
import { DevServer } from '../testing.mjs'
import { Collector, consumerOn, orderConsumerOn, orderProducerOn } from './support/clients.mjs'
import { producerOn, transactionProducerOn, unique } from './support/clients.mjs'
import { silentPeer } from './support/peers.mjs'

/** Much more than a turn takes, on a machine that has other things to do as well. */
const LONG_MS = 250

/**
 * The longest time that the event loop has no turn while something is done.
 * @param {() => Promise<unknown>} act
 */
async function longestTurn(act) {
  let [longest, last] = [0, performance.now()]
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 1)
  try {
    await act()
    await delay(5)
  } finally {
    clearInterval(timer)
  }
  return longest
}

describe('the event loop', () => {
  it('turns while clients start and send where nobody answers', async (t) => {
    const namesrvAddr = await silentPeer(t)
    const consumer = consumerOn(t, { namesrvAddr })
    consumer.subscribe('topic', '*', () => Action.CommitMessage)
    const begin = performance.now()
    const longest = await longestTurn(async () => {
      const options = { sendMsgTimeoutMillis: 1000 }
      const producer = await producerOn(t, { namesrvAddr }, options)
      const ordered = await orderProducerOn(t, { namesrvAddr }, options)
      const unknown = () => TransactionStatus.Unknown
      const transactional = await transactionProducerOn(t, { namesrvAddr }, unknown, options)
      const receiving = orderConsumerOn(t, { namesrvAddr })
      receiving.subscribe('topic')
      const message = { topic: 'topic', body: 'x' }
      const sends = [producer.send(message), producer.sendOneway(message)]
      const others = [ordered.send(message, 'shard'), transactional.send(message, unknown)]
      await Promise.allSettled([...sends, ...others, consumer.start(), receiving.start()])
    })
    assert.ok(performance.now() - begin > 2 * LONG_MS, 'that takes its time')
    assert.ok(longest < LONG_MS, `${longest} ms`)
  })

  it('turns while a shutdown waits for a listener, and files can be read', async (t) => {
    const server = await DevServer.start()
    const topic = unique('slow')
    const consumers = Array.from({ length: 6 }, () => consumerOn(t, server))
    const collector = new Collector()
    for (const consumer of consumers) {
      consumer.subscribe(topic, '*', async (message) => {
        collector.add(message)
        await delay(2 * LONG_MS)
        // Needs the pool of threads that a blocking shutdown would have taken.
        const { readFile } = await import('node:fs/promises')
        assert.ok((await readFile(new URL(import.meta.url))).length > 0)
        return Action.CommitMessage
      })
    }
    await Promise.all(consumers.map((consumer) => consumer.start()))
    const producer = await producerOn(t, server)
    await producer.send({ topic, body: 'x' })
    await collector.has(consumers.length)
    const longest = await longestTurn(() => Promise.all(consumers.map((it) => it.shutdown())))
    assert.ok(longest < LONG_MS, `${longest} ms`)
    await producer.shutdown()
    await server.stop()
  })
})
