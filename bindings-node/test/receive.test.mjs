import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { StateError } from '../index.mjs'
import { Collector, consumerOn, eventually, producerOn, unique } from './support/clients.mjs'
import { program, run } from './support/programs.mjs'
import { onEveryServer } from './support/servers.mjs'

/**
 * A consumer that is received from, and a producer of its topic.
 * @param {import('node:test').TestContext} t
 * @param {{ namesrvAddr: string }} server
 * @param {import('../index.js').ClientConfig} [options]
 */
async function receivingFrom(t, server, options = {}) {
  const topic = unique('receive')
  const consumer = consumerOn(t, server, options)
  consumer.subscribe(topic, '*')
  await consumer.start()
  const producer = await producerOn(t, server)
  const send = async (/** @type {string[]} */ ...bodies) =>
    await producer.sendMany(bodies.map((body) => ({ topic, body })))
  return { topic, consumer, send }
}

/** @param {number} count */
const numbers = (count) => Array.from({ length: count }, (_, at) => String(at))
/** @param {import('../index.js').ReceivedMessage} message */
const text = ({ body }) => String(body)

/**
 * Receives and commits until so many messages have come.
 * @param {import('../index.js').Consumer} consumer
 * @param {number} count
 * @param {number} [max]
 */
async function take(consumer, count, max) {
  /** @type {import('../index.js').PendingMessage[]} */
  const all = []
  while (all.length < count) {
    const messages = await consumer.receive({ max, timeoutMs: 60_000 })
    assert.ok(messages.length > 0 && messages.length <= (max ?? 1), `${messages.length}`)
    for (const message of messages) message.commit()
    all.push(...messages)
  }
  return all
}

describe('receiving without a listener', () => {
  onEveryServer((server) => {
    it('takes up to so many, one without being told, with every part', async (t) => {
      const { consumer, send, topic } = await receivingFrom(t, server)
      const results = await send(...numbers(20))
      const [first] = await take(consumer, 1)
      const rest = await take(consumer, 19, 8)
      const messages = [first, ...rest]
      assert.deepEqual(messages.map(text).sort(), numbers(20).sort())
      for (const message of messages) {
        const result = /** @type {any} */ (results[Number(text(message))])
        assert.deepEqual([message.topic, message.messageId], [topic, result.messageId])
        assert.equal(message.offset, result.offset)
      }
      assert.deepEqual(await consumer.receive({ timeoutMs: 0 }), [])
    })

    it('has a message come again that is not committed, or forgotten, and no other', async (t) => {
      const args = ['--expose-gc', program('forgotten'), server.namesrvAddr, unique('forgotten')]
      const forgetting = run(args)
      const { consumer, send } = await receivingFrom(t, server)
      await send('good', 'bad')
      const seen = []
      while (seen.length < 3) {
        const [message] = await consumer.receive({ timeoutMs: 60_000 })
        seen.push(`${text(message)} ${message.reconsumeTimes}`)
        const isBad = text(message) === 'bad' && message.reconsumeTimes === 0
        if (isBad) message.reconsumeLater()
        else message.commit()
      }
      assert.deepEqual(seen.sort(), ['bad 0', 'bad 1', 'good 0'])
      const { code, stdout, stderr } = await forgetting
      assert.deepEqual({ code, stdout }, { code: 0, stdout: '0 1\n' }, stderr)
    })

    it('has a message be completed once', async (t) => {
      const { consumer, send } = await receivingFrom(t, server)
      await send('x')
      const [message] = await consumer.receive()
      message.commit()
      for (const again of [() => message.commit(), () => message.reconsumeLater()]) {
        assert.throws(again, { name: 'StateError', codeName: 'INVALID_STATE' })
      }
      assert.deepEqual(Object.keys(message).includes('commit'), false)
    })

    it('waits as long as it is told, and until it is told to stop', async (t) => {
      const { consumer, send } = await receivingFrom(t, server)
      const begin = performance.now()
      assert.deepEqual(await consumer.receive({ timeoutMs: 100 }), [])
      assert.ok(performance.now() - begin >= 99)
      const reason = new Error('no more time')
      const controller = new AbortController()
      const waiting = consumer.receive({ signal: controller.signal })
      controller.abort(reason)
      await assert.rejects(waiting, reason)
      await assert.rejects(consumer.receive({ signal: controller.signal }), reason)
      const timeout = consumer.receive({ signal: AbortSignal.timeout(10) })
      await assert.rejects(timeout, { name: 'TimeoutError' })
      // Nothing was lost on those who left.
      const still = consumer.receive({ timeoutMs: 60_000, signal: new AbortController().signal })
      await send('x')
      const [message] = await still
      assert.equal(text(message), 'x')
      message.commit()
    })

    it('serves who waits in turn', async (t) => {
      const { consumer, send } = await receivingFrom(t, server)
      const order = /** @type {number[]} */ ([])
      const waiting = [0, 1, 2].map(async (at) => {
        const messages = await consumer.receive({ max: 1 })
        order.push(at)
        return messages
      })
      for (const body of numbers(3)) await send(body)
      const messages = (await Promise.all(waiting)).flat()
      for (const message of messages) message.commit()
      assert.deepEqual([order, messages.map(text).sort()], [[0, 1, 2], numbers(3)])
    })

    it('takes nothing ahead of need', async (t) => {
      const groupId = unique('GID_ahead')
      const options = { groupId, awaitTerminationMillisWhenShutdown: 20_000 }
      const { consumer, send, topic } = await receivingFrom(t, server, options)
      await send(...numbers(50))
      const seen = []
      for await (const message of consumer) {
        seen.push(text(message))
        message.commit()
        if (seen.length === 5) break
      }
      const begin = performance.now()
      await consumer.shutdown()
      assert.ok(performance.now() - begin < 15_000, 'nobody holds a message')
      // What was not asked for comes to the next, for the first time.
      const next = consumerOn(t, server, { groupId })
      next.subscribe(topic)
      await next.start()
      const rest = await take(next, 45, 16)
      assert.ok(rest.every(({ reconsumeTimes }) => reconsumeTimes === 0))
      assert.deepEqual([...seen, ...rest.map(text)].sort(), numbers(50).sort())
    })

    it('is iterated over until it is shut down, also while it waits', async (t) => {
      const { consumer, send } = await receivingFrom(t, server)
      await send(...numbers(10))
      const seen = /** @type {string[]} */ ([])
      const waiting = consumer[Symbol.asyncIterator]()
      for await (const message of consumer) {
        await delay(1)
        seen.push(text(message))
        message.commit()
        if (seen.length === 10) break
      }
      assert.deepEqual(seen.sort(), numbers(10))
      const [iterated, received] = [waiting.next(), consumer.receive({ max: 3 })]
      await delay(10)
      await consumer.shutdown()
      assert.deepEqual(await iterated, { done: true, value: undefined })
      assert.deepEqual(await received, [])
      for await (const message of consumer) assert.fail(text(message))
      await assert.rejects(consumer.receive(), { name: 'StateError', codeName: 'CLOSED' })
    })

    it('has a shutdown wait for what is in hand', async (t) => {
      const groupId = unique('GID_in_hand')
      const { consumer, send, topic } = await receivingFrom(t, server, { groupId })
      await send('in hand')
      const [message] = await consumer.receive()
      let isShutDown = false
      const ends = consumer.shutdown().then(() => (isShutDown = true))
      assert.ok(consumer.isClosed && !consumer.isStarted)
      await delay(100)
      assert.ok(!isShutDown)
      message.commit()
      await ends
      const next = consumerOn(t, server, { groupId })
      next.subscribe(topic)
      await next.start()
      await send('next')
      assert.deepEqual((await take(next, 1)).map(text), ['next'])
    })

    it('leaves the event loop its turns while messages pour in', async (t) => {
      const { consumer, send } = await receivingFrom(t, server)
      let [turns, isDone] = [0, false]
      const turn = () => {
        turns++
        if (!isDone) setImmediate(turn)
      }
      await send(...numbers(2000))
      turn()
      await take(consumer, 2000, 100)
      isDone = true
      await eventually('turns', () => turns > 0)
    })
  })

  it('needs a consumer that is started, and has no listeners', async (t) => {
    const { DevServer } = await import('../testing.mjs')
    const server = await DevServer.start()
    const consumer = consumerOn(t, server)
    const state = (/** @type {string} */ codeName) => ({ name: 'StateError', codeName })
    await assert.rejects(consumer.receive(), state('NOT_STARTED'))
    await assert.rejects(consumer[Symbol.asyncIterator]().next(), state('NOT_STARTED'))
    const collector = new Collector()
    consumer.subscribe('listened', '*', collector.listener)
    assert.throws(() => consumer.subscribe('received', '*'), state('INVALID_STATE'))
    await consumer.start()
    await assert.rejects(consumer.receive(), (error) => {
      assert.ok(error instanceof StateError)
      assert.match(error.message, /go to listeners: subscribe without one/)
      return true
    })
    // The only subscription may change its way, with what waits.
    consumer.subscribe('listened', '*')
    const producer = await producerOn(t, server)
    await server.createTopic('listened', 1)
    const messages = numbers(30).map((body) => ({ topic: 'listened', body }))
    // Those that are the first of a topic find out its queues, each by itself.
    await producer.send(messages[0])
    await producer.sendMany(messages.slice(1))
    assert.deepEqual((await take(consumer, 1)).map(text), ['0'])
    consumer.subscribe('listened', '*', collector.listener)
    await collector.has(29)
    await consumer.shutdown()
    await producer.shutdown()
    await server.stop()
  })

  it('says what is wrong with its options', async (t) => {
    const { DevServer } = await import('../testing.mjs')
    const server = await DevServer.start()
    const { consumer } = await receivingFrom(t, server)
    /** @type {[any, RegExp][]} */
    const wrong = [
      [{ max: 0 }, /options.max must be a whole number from 1 on/],
      [{ max: 1.5 }, /options.max/],
      [{ max: '2' }, /options.max/],
      [{ timeoutMs: -1 }, /options.timeoutMs must be a number from 0 on/],
      [{ timeoutMs: NaN }, /options.timeoutMs/],
      [{ signal: {} }, /options.signal must be an AbortSignal/],
      [{ timeout: 1 }, /options.timeout is not known: max, timeoutMs, signal/],
      [5, /options must be an object/],
    ]
    for (const [options, message] of wrong) {
      await assert.rejects(consumer.receive(options), { name: 'TypeError', message })
    }
    const listener = /** @type {any} */ ('listener')
    assert.throws(() => consumer.subscribe('topic', '*', listener), /listener must be a function/)
    assert.throws(() => consumer.subscribe('topic', '*', /** @type {any} */ (null)), TypeError)
    await consumer.shutdown()
    await server.stop()
  })
})
