import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Action, Consumer, setLogger } from '../index.mjs'
import { Collector, atEnd, consumerOn, countOf, eventually } from './support/clients.mjs'
import { keepLog, producerOn, unique } from './support/clients.mjs'
import { onEveryServer } from './support/servers.mjs'

describe('a consumer', () => {
  onEveryServer((server) => {
    it('gets the tags that it subscribes to, of several topics, each by its listener', async (t) => {
      const [tagged, whole] = [unique('tagged'), unique('whole')]
      const [some, all] = [new Collector(), new Collector()]
      const consumer = consumerOn(t, server)
      consumer.subscribe(tagged, 'TagA || 标签', some.listener)
      consumer.subscribe(whole, '*', all.listener)
      await consumer.start()
      const producer = await producerOn(t, server)
      const tags = ['TagA', 'TagB', '标签', undefined]
      for (let at = 0; at < 40; at++) {
        const message = { body: 'body', tag: tags[at % 4] }
        await producer.send({ ...message, topic: tagged })
        await producer.send({ ...message, topic: whole })
      }
      await Promise.all([some.has(20), all.has(40)])
      assert.deepEqual(new Set(some.messages.map(({ tag }) => tag)), new Set(['TagA', '标签']))
      assert.ok(some.messages.every(({ topic }) => topic === tagged))
      assert.ok(all.messages.every(({ topic }) => topic === whole))
      assert.deepEqual([some.messages.length, all.messages.length], [20, 40])
    })

    it('subscribes and unsubscribes while it runs', async (t) => {
      const topic = unique('later')
      const collector = new Collector()
      const consumer = consumerOn(t, server)
      const producer = await producerOn(t, server)
      await consumer.start()
      consumer.subscribe(topic, '*', collector.listener)
      await producer.send({ topic, body: 'body' })
      await collector.has(1)
      consumer.unsubscribe(topic)
      assert.throws(() => consumer.unsubscribe(topic), /not subscribed to/)
    })

    it('gets a message again whose listener throws, rejects or says nothing', async (t) => {
      const lines = keepLog(t)
      const topic = unique('again')
      const collector = new Collector()
      const consumer = consumerOn(t, server)
      consumer.subscribe(topic, '*', function misbehaves(message) {
        collector.add(message)
        if (message.reconsumeTimes > 0) return Action.CommitMessage
        if (message.key === 'throws') throw new Error('thrown by the listener')
        if (message.key === 'rejects') return Promise.reject(new Error('rejected by the listener'))
        if (message.key === 'later') return Promise.resolve(Action.ReconsumeLater)
        return /** @type {any} */ (undefined)
      })
      await consumer.start()
      const producer = await producerOn(t, server)
      const keys = ['throws', 'rejects', 'later', 'nothing', 'nothing']
      const sent = await producer.sendMany(keys.map((key) => ({ topic, body: 'body', key })))
      await collector.has(2 * keys.length)

      const times = (/** @type {any} */ { messageId }) =>
        collector.messages.filter((it) => it.messageId === messageId).map((it) => it.reconsumeTimes)
      assert.deepEqual(sent.map(times), Array(keys.length).fill([0, 1]))
      assert.ok(collector.messages.every((message) => message.topic === topic))
      const count = (/** @type {RegExp} */ words) => countOf(lines, words)
      assert.equal(
        count(/listener `misbehaves` of topic again_.* Error: thrown by the listener/s),
        1,
      )
      assert.equal(count(/Error: rejected by the listener/), 1)
      assert.equal(count(/`misbehaves`.* returned undefined/), 1)
    })

    it('calls its listeners at most ConsumeThreadNums times at once', async (t) => {
      const topic = unique('at_once')
      const collector = new Collector()
      const consumer = consumerOn(t, server, { consumeThreadNums: 5 })
      let [running, most] = [0, 0]
      consumer.subscribe(topic, '*', async (message) => {
        most = Math.max(most, ++running)
        await delay(2)
        running--
        return collector.listener(message)
      })
      await consumer.start()
      const producer = await producerOn(t, server)
      await producer.sendMany(Array.from({ length: 100 }, () => ({ topic, body: 'body' })))
      await collector.has(100)
      assert.equal(most, 5)
    })

    it('has what it committed behind it when it comes back, and nothing else', async (t) => {
      const producer = await producerOn(t, server)
      // Often: brokers lose offsets of new groups that are not stored one after the other.
      for (let round = 0; round < 10; round++) {
        const [topic, groupId] = [unique('committed'), unique('GID_committed')]
        const send = (/** @type {string} */ body) =>
          producer.sendMany(Array.from({ length: 100 }, () => ({ topic, body })))
        const first = new Collector()
        const before = consumerOn(t, server, { groupId })
        before.subscribe(topic, '*', first.listener)
        await before.start()
        await send('before')
        await first.has(100)
        await before.shutdown()
        await send('after')
        const second = new Collector()
        const after = consumerOn(t, server, { groupId })
        after.subscribe(topic, '*', second.listener)
        await after.start()
        await second.has(100)
        await after.shutdown()
        assert.ok(second.messages.every(({ body }) => String(body) === 'after'))
        assert.equal(first.messages.length, 100)
      }
    })

    it('waits for listener calls that are under way when it is shut down', async (t) => {
      const topic = unique('under_way')
      const consumer = consumerOn(t, server)
      const collector = new Collector()
      let isDone = false
      consumer.subscribe(topic, '*', async (message) => {
        collector.add(message)
        await delay(300)
        isDone = true
        return Action.CommitMessage
      })
      await consumer.start()
      const producer = await producerOn(t, server)
      await producer.send({ topic, body: 'body' })
      await collector.has(1)
      const ends = Promise.all([consumer.shutdown(), consumer.shutdown()])
      assert.ok(consumer.isClosed || !isDone)
      await ends
      assert.ok(isDone && consumer.isClosed && !consumer.isStarted)
    })

    it('calls a listener in the asynchronous context of its subscription', async (t) => {
      const topic = unique('context')
      const storage = new AsyncLocalStorage()
      const consumer = consumerOn(t, server)
      const collector = new Collector()
      /** @type {unknown[]} */
      const stores = []
      storage.run('subscription', () => {
        consumer.subscribe(topic, '*', (message) => {
          stores.push(storage.getStore())
          return storage.run('call', async () => {
            await delay(1)
            return collector.listener(message)
          })
        })
      })
      await consumer.start()
      const producer = await producerOn(t, server)
      await producer.sendMany(Array.from({ length: 100 }, () => ({ topic, body: 'body' })))
      await collector.has(100)
      assert.deepEqual(stores, Array(100).fill('subscription'))
    })

    it('is shut down by a listener that does not wait for it', async (t) => {
      const topic = unique('by_itself')
      const consumer = consumerOn(t, server)
      const collector = new Collector()
      /** @type {Promise<void> | undefined} */
      let ends
      consumer.subscribe(topic, '*', (message) => {
        collector.add(message)
        ends = consumer.shutdown()
        return Action.CommitMessage
      })
      await consumer.start()
      const producer = await producerOn(t, server)
      await producer.send({ topic, body: 'body' })
      await collector.has(1)
      await ends
      assert.ok(consumer.isClosed)
    })

    it('leaves the event loop its turns while messages pour in', async (t) => {
      const topic = unique('turns')
      const producer = await producerOn(t, server)
      const consumer = consumerOn(t, server, { maxCachedMessageAmount: 50_000 })
      const collector = new Collector()
      let turns = 0
      const turn = () => {
        turns++
        if (collector.messages.length < 5000) setImmediate(turn)
      }
      consumer.subscribe(topic, '*', (message) => {
        collector.add(message)
        return Action.CommitMessage
      })
      await consumer.start()
      turn()
      await producer.sendMany(Array.from({ length: 5000 }, () => ({ topic, body: 'body' })))
      await collector.has(5000)
      assert.ok(turns > 5000 / 256 / 2, `${turns} turns`)
    })

    it('is reachable while it is started, though the program has forgotten it', async (t) => {
      const collector = new Collector()
      const topic = unique('forgotten')
      const begin = () => {
        const { namesrvAddr } = server
        const consumer = new Consumer({ namesrvAddr, groupId: unique('GID_forgotten') })
        consumer.subscribe(topic, '*', collector.listener)
        return { started: consumer.start(), ref: new WeakRef(consumer) }
      }
      const { started, ref } = begin()
      await started
      const producer = await producerOn(t, server)
      await producer.send({ topic, body: 'body' })
      await collector.has(1)
      await ref.deref()?.shutdown()
    })

    it('goes on where a listener of another topic never ends', async (t) => {
      const [stuck, fine] = [unique('stuck'), unique('fine')]
      const consumer = consumerOn(t, server, { awaitTerminationMillisWhenShutdown: 50 })
      const [called, collector] = [new Collector(), new Collector()]
      consumer.subscribe(stuck, '*', (message) => {
        called.add(message)
        return new Promise(() => {})
      })
      consumer.subscribe(fine, '*', collector.listener)
      await consumer.start()
      const producer = await producerOn(t, server)
      await producer.send({ topic: stuck, body: 'body' })
      await called.has(1)
      await producer.send({ topic: fine, body: 'body' })
      await collector.has(1)
    })
  })
})

describe('the log', () => {
  it('goes to the callback from its level up', async (t) => {
    const lines = keepLog(t)
    const options = { namesrvAddr: '127.0.0.1:1', sendMsgTimeoutMillis: 200 }
    const producer = await producerOn(t, options, options)
    await assert.rejects(producer.send({ topic: 'topic', body: 'body' }))
    await eventually('a warning', () => lines.length > 0)
    for (const { level, target, text } of lines) {
      assert.ok(['error', 'warn'].includes(level) && target.startsWith('onsmq') && text)
    }
  })

  it('is written to standard error where the callback throws', async (t) => {
    t.mock.method(process.stderr, 'write', () => true)
    setLogger(() => {
      throw new Error('thrown by the logger')
    }, 'debug')
    atEnd(t, () => setLogger(null))
    const producer = await producerOn(t, { namesrvAddr: '127.0.0.1:1' })
    await producer.shutdown()
    const written = /** @type {any} */ (process.stderr.write).mock
    await eventually('a line', () => written.callCount() > 0)
    assert.match(written.calls[0].arguments[0], /the logger failed: Error: thrown by the logger/)
  })

  it('takes functions and levels only', () => {
    const set = /** @type {any} */ (setLogger)
    assert.throws(() => set('x'), { name: 'TypeError', message: /callback must be a function/ })
    assert.throws(() => set(null, 'loud'), { name: 'TypeError', message: /level must be one of/ })
  })
})
