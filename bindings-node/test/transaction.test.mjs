import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { OnsClientError, SendResult, TransactionError } from '../index.mjs'
import { TransactionProducer, TransactionStatus } from '../index.mjs'
import { DevServer } from '../testing.mjs'
import { Collector, consumerOn, countOf, eventually, keepLog } from './support/clients.mjs'
import { transactionProducerOn, unique } from './support/clients.mjs'
import { Cluster } from './support/cluster.mjs'
import { SERVERS, onEveryServer } from './support/servers.mjs'

const { CommitTransaction, RollbackTransaction, Unknown } = TransactionStatus
const unknown = () => Unknown

/**
 * What a promise is rejected with.
 * @param {Promise<unknown>} promise
 * @returns {Promise<any>}
 */
async function failure(promise) {
  return await promise.then(
    (value) => assert.fail(`it was fulfilled with ${value}`),
    (error) => error,
  )
}

/**
 * A consumer of a topic that runs until the test ends.
 * @param {import('node:test').TestContext} t
 * @param {{ namesrvAddr: string }} server
 * @param {string} topic
 */
async function collectorOn(t, server, topic) {
  const collector = new Collector()
  const consumer = consumerOn(t, server)
  consumer.subscribe(topic, '*', collector.listener)
  await consumer.start()
  return collector
}

describe('a transaction', () => {
  onEveryServer((server) => {
    it('delivers what is committed and nothing else, with executers of both kinds', async (t) => {
      const topic = unique('transaction')
      const collector = await collectorOn(t, server, topic)
      const producer = await transactionProducerOn(t, server, unknown)
      /** @type {string[]} */
      const committed = []
      for (let number = 0; number < 20; number++) {
        const status = number % 2 ? RollbackTransaction : CommitTransaction
        const message = { topic, body: String(number), key: `key-${number}`, tag: 'tx' }
        /** @type {any[]} */
        const seen = []
        const executer = (/** @type {any} */ half, /** @type {{ number: number }} */ arg) => {
          seen.push(half, arg)
          return number % 4 < 2 ? status : delay(1, status)
        }
        const sent = producer.send(message, executer, { number })
        if (status === CommitTransaction) {
          const result = await sent
          assert.ok(result instanceof SendResult && result.topic === topic)
          committed.push(result.messageId)
          assert.deepEqual(seen, [{ ...message, messageId: result.messageId }, { number }])
        } else {
          const error = await failure(sent)
          assert.ok(error instanceof TransactionError && error instanceof OnsClientError)
          assert.equal(error.codeName, 'TRANSACTION_ROLLED_BACK')
          assert.equal(error.topic, topic)
          assert.equal(error.messageId, seen[0].messageId)
        }
      }
      await collector.has(committed.length)
      const delivered = collector.messages.map(({ messageId }) => messageId)
      assert.deepEqual(delivered.sort(), committed.sort())
      assert.ok(collector.messages.every(({ tag }) => tag === 'tx'))
    })

    it('keeps what its executer throws as the cause', async (t) => {
      const topic = unique('failing')
      const producer = await transactionProducerOn(t, server, unknown)
      const broken = new RangeError('the database is away')
      const executers = [
        () => {
          throw broken
        },
        async () => Promise.reject(broken),
      ]
      for (const executer of executers) {
        const error = await failure(producer.send({ topic, body: 'x' }, executer))
        assert.ok(error instanceof TransactionError, String(error))
        assert.equal(error.codeName, 'TRANSACTION_UNKNOWN')
        assert.equal(error.cause, broken)
        assert.match(error.message, /the database is away/)
        assert.match(String(error.messageId), /^[0-9A-F]{32}$/)
        assert.ok(error.stack?.includes('transaction.test.mjs'), 'the stack leads to the caller')
      }
      const odd = () => Promise.reject('no error at all')
      const error = await failure(producer.send({ topic, body: 'x' }, odd))
      assert.deepEqual([error.codeName, error.cause], ['TRANSACTION_UNKNOWN', 'no error at all'])
    })

    it('is unknown where its executer says nothing, which is warned of once', async (t) => {
      const lines = keepLog(t)
      const topic = unique('nothing')
      const producer = await transactionProducerOn(t, server, unknown)
      for (const said of [undefined, 'Commit', null]) {
        const executer = () => /** @type {any} */ (said)
        assert.ok((await producer.send({ topic, body: 'x' }, executer)).messageId)
      }
      const words = /an executer returned undefined, .* return TransactionStatus.Commit/
      assert.equal(countOf(lines, words), 1)
      assert.equal(countOf(lines, /an executer returned/), 1)
    })

    it('is not begun where the half message is not stored', async (t) => {
      const producer = await transactionProducerOn(t, server, unknown)
      let isCalled = false
      const executer = () => {
        isCalled = true
        return CommitTransaction
      }
      const error = await failure(producer.send({ topic: unique('empty'), body: '' }, executer))
      assert.equal(error.codeName, 'ILLEGAL_MESSAGE')
      await producer.shutdown()
      const closed = await failure(producer.send({ topic: unique('closed'), body: 'x' }, executer))
      assert.equal(closed.codeName, 'CLOSED')
      assert.ok(!isCalled)
    })

    it('is in flight until its outcome is told', async (t) => {
      const topic = unique('in_flight')
      const producer = await transactionProducerOn(t, server, unknown)
      const storage = new AsyncLocalStorage()
      let isDone = false
      const executer = async () => {
        assert.equal(storage.getStore(), 'caller')
        await delay(100)
        isDone = true
        return CommitTransaction
      }
      const sent = storage.run('caller', () => producer.send({ topic, body: 'x' }, executer))
      await producer.flush(20_000)
      assert.ok(isDone)
      assert.ok(await sent)
    })
  })

  it('takes functions only', async (t) => {
    const config = { namesrvAddr: '127.0.0.1:1', groupId: 'GID' }
    const Any = /** @type {any} */ (TransactionProducer)
    assert.throws(() => new Any(config), /TypeError: checker must be a function, not undefined/)
    const producer = await transactionProducerOn(t, config, unknown)
    const sent = producer.send({ topic: 't', body: 'x' }, /** @type {any} */ (CommitTransaction))
    await assert.rejects(sent, /TypeError: executer must be a function/)
    assert.ok(!('sendMany' in producer) && !('sendOneway' in producer))
  })
})

/** Has brokers ask soon. */
const SOON = ['transactionTimeOut=1000', 'transactionCheckInterval=1000']
const ARGS = [...SOON, 'transactionOpBatchInterval=200'].flatMap((it) => ['--broker-config', it])

describe('check-backs', () => {
  for (const { name, version } of SERVERS) {
    describe(`on ${name}`, () => {
      /** @type {{ namesrvAddr: string, stop(): Promise<void> }} */
      let server
      before(async () => {
        server = version ? await Cluster.start(version, ARGS) : await DevServer.start()
      })
      after(() => server.stop())

      it('are answered for the group, by checkers of both kinds', async (t) => {
        const lines = keepLog(t)
        const topic = unique('checked')
        const options = { groupId: unique('GID_checked'), checkImmunityTimeInSeconds: 1 }
        const collector = await collectorOn(t, server, topic)
        const died = await transactionProducerOn(t, server, unknown, options)
        /** @type {string[]} */
        const ids = []
        for (let number = 0; number < 6; number++) {
          const message = { topic, body: String(number), properties: { number: String(number) } }
          ids.push((await died.send(message, unknown)).messageId)
        }
        await died.shutdown()

        /** @type {Map<number, string>} */
        const asked = new Map()
        const other = await transactionProducerOn(
          t,
          server,
          function decides(half) {
            const number = Number(half.properties.number)
            assert.equal(half.topic, topic)
            asked.set(number, half.messageId)
            if (number === 4) throw new Error('thrown by the checker')
            if (number === 5) return /** @type {any} */ (undefined)
            const status = number % 2 ? RollbackTransaction : CommitTransaction
            return number < 2 ? status : delay(1, status)
          },
          options,
        )
        // A broker knows a group's producers by their heartbeats to it, and a producer the brokers
        // by what it sends to.
        const own = { topic, body: 'own', properties: { number: '6' } }
        ids.push((await other.send(own, () => CommitTransaction)).messageId)
        await collector.until('what is committed', () => {
          const seen = new Set(collector.messages.map(({ messageId }) => messageId))
          return [0, 2, 6].every((number) => seen.has(ids[number]))
        })
        await eventually('all are asked for', () => [0, 1, 2, 3, 4, 5].every((it) => asked.has(it)))
        for (const [number, id] of asked) assert.equal(ids[number], id)
        // 5.3.3 may deliver again what was decided just now.
        const seen = new Set(collector.messages.map(({ messageId }) => messageId))
        assert.deepEqual([...seen].sort(), [ids[0], ids[2], ids[6]].sort())
        await eventually('the log', () => countOf(lines, /checker `decides` failed, .*thrown by/))
        assert.equal(countOf(lines, /checker `decides` returned undefined/), 1)
      })

      it('reach a producer that the program has forgotten', async (t) => {
        const topic = unique('forgotten')
        const options = {
          namesrvAddr: server.namesrvAddr,
          groupId: unique('GID_forgotten'),
          checkImmunityTimeInSeconds: 1,
        }
        const collector = await collectorOn(t, server, topic)
        const begin = async () => {
          const producer = new TransactionProducer(options, () => CommitTransaction)
          await producer.start()
          await producer.send({ topic, body: 'x' }, unknown)
          return new WeakRef(producer)
        }
        const ref = await begin()
        await collector.has(1)
        await ref.deref()?.shutdown()
      })
    })
  }
})
