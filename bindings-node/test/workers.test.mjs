import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { Action } from '../index.mjs'
import { DevServer } from '../testing.mjs'
import { Collector, consumerOn, eventually, producerOn, unique } from './support/clients.mjs'
import { program, run } from './support/programs.mjs'

const ROUNDS = process.env.ONSMQ_TEST_ROUNDS ?? '50'

/** @param {Record<string, unknown>} workerData */
function worker(workerData) {
  return new Worker(program('worker'), { workerData })
}

/**
 * What a crash of Node says: which check failed, and the stack of that thread.
 * @param {string} stderr
 */
function fatal(stderr) {
  const begin = stderr.search(/^(# Fatal|FATAL|node.*: Assertion|thread '.*' panicked)/m)
  return begin < 0 ? '' : stderr.slice(begin, begin + 3000)
}

describe('a worker', () => {
  /** @type {DevServer} */
  let server
  before(async () => (server = await DevServer.start({ retryDelayMs: 100 })))
  after(() => server.stop())

  const ways = [
    'terminated while it runs, being all that loads the package',
    'terminated while clients of every kind run',
    'terminated at any moment of its start',
    'ends by process.exit',
    'several at once, beside the main thread',
    'ends by itself with a producer that idles',
  ]
  for (const way of ways) {
    it(`crashes nothing: ${way}`, async () => {
      const ended = await run([program('workers'), way, ROUNDS], { limitMs: 240_000 })
      const { code, signal, stdout } = ended
      const expected = { code: 0, signal: null, stdout: 'done\n', fatal: '' }
      // Compared too, so that a report that shows the difference only says where it crashed.
      assert.deepEqual({ code, signal, stdout, fatal: fatal(ended.stderr) }, expected, ended.stderr)
    })
  }

  it('sends and receives beside other workers and the main thread', async (t) => {
    const { namesrvAddr } = server
    const count = 500
    const workers = Array.from({ length: 3 }, () => {
      const [topic, groupId] = [unique('round'), unique('GID_round')]
      return worker({ task: 'round', namesrvAddr, topic, groupId, count })
    })
    const [topic, collector] = [unique('main'), new Collector()]
    const consumer = consumerOn(t, { namesrvAddr })
    consumer.subscribe(topic, '*', collector.listener)
    await consumer.start()
    const producer = await producerOn(t, { namesrvAddr })
    const said = workers.map((it) => once(it, 'message'))
    const ended = workers.map((it) => once(it, 'exit'))
    await producer.sendMany(Array.from({ length: count }, () => ({ topic, body: 'x' })))
    await collector.has(count)
    assert.deepEqual(await Promise.all(said), Array(3).fill([count]))
    assert.deepEqual(await Promise.all(ended), Array(3).fill([0]))
  })

  it('leaves its group when it is terminated', async (t) => {
    const [topic, groupId] = [unique('left'), unique('GID_left')]
    await server.createTopic(topic, 8)
    const it = worker({ task: 'flow', namesrvAddr: server.namesrvAddr, topic, groupId })
    await once(it, 'message')
    await it.terminate()
    const seen = new Set()
    const collector = new Collector()
    const consumer = consumerOn(t, server, { groupId })
    consumer.subscribe(topic, '*', (message) => {
      seen.add(message.queueId)
      collector.add(message)
      return Action.CommitMessage
    })
    await consumer.start()
    const producer = await producerOn(t, server)
    await eventually('messages of all queues come', async () => {
      await producer.sendMany(Array.from({ length: 16 }, () => ({ topic, body: 'x' })))
      return seen.size === 8
    })
  })

  it('gives the log back when it is terminated', async () => {
    const { stderr, code } = await run([program('workers'), 'log is given back', '1'])
    assert.equal(code, 0, stderr)
    assert.match(stderr, /onsmq WARN: cannot connect to 127\.0\.0\.1:1/)
  })
})
