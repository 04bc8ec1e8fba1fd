import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Action, BatchConsumer, Consumer, OrderAction, OrderConsumer } from '../index.mjs'
import { OrderProducer, Producer, TransactionProducer, TransactionStatus } from '../index.mjs'
import { unique } from './support/clients.mjs'
import { onEveryServer } from './support/servers.mjs'

/** @typedef {import('../index.js').ClientConfig} Config */
const asyncDispose = /** @type {typeof Symbol.asyncDispose} */ (
  Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')
)

/** @type {Record<string, (config: Config) => any>} */
const CLIENTS = {
  Producer: (config) => new Producer(config),
  OrderProducer: (config) => new OrderProducer(config),
  TransactionProducer: (config) => new TransactionProducer(config, () => TransactionStatus.Unknown),
  Consumer: (config) => {
    const consumer = new Consumer(config)
    consumer.subscribe(unique('life'), '*', () => Action.CommitMessage)
    return consumer
  },
  'Consumer that is received from': (config) => {
    const consumer = new Consumer(config)
    consumer.subscribe(unique('life'))
    return consumer
  },
  OrderConsumer: (config) => {
    const consumer = new OrderConsumer(config)
    consumer.subscribe(unique('life'), '*', () => OrderAction.Success)
    return consumer
  },
  BatchConsumer: (config) => {
    const consumer = new BatchConsumer(config)
    consumer.subscribe(unique('life'), '*', () => Action.CommitMessage)
    return consumer
  },
}

describe('a client', () => {
  onEveryServer((server) => {
    for (const [name, make] of Object.entries(CLIENTS)) {
      it(`is started once and closed once, however often it is told to: ${name}`, async () => {
        const client = make({ namesrvAddr: server.namesrvAddr, groupId: unique('GID_life') })
        const state = () => [client.isStarted, client.isClosed]
        assert.deepEqual(state(), [false, false])
        await Promise.all([client.start(), client.start()])
        await client.start()
        assert.deepEqual(state(), [true, false])
        await Promise.all([client.shutdown(), client.shutdown()])
        await client.shutdown()
        assert.deepEqual(state(), [false, true])
        await assert.rejects(client.start(), { name: 'StateError', codeName: 'CLOSED' })
      })

      it(`is closed at the end of its scope: ${name}`, async () => {
        const client = make({ namesrvAddr: server.namesrvAddr, groupId: unique('GID_life') })
        await client.start()
        await client[asyncDispose]()
        assert.ok(client.isClosed)
      })
    }
  })

  for (const [name, make] of Object.entries(CLIENTS)) {
    it(`has its credentials replaced until it is closed: ${name}`, async () => {
      const config = { namesrvAddr: '127.0.0.1:1', groupId: unique('GID_life') }
      const client = make({ ...config, accessKey: 'key', secretKey: 'secret' })
      client.setCredentials({ accessKey: 'other', secretKey: 'secret', securityToken: 'token' })
      client.setCredentials({ accessKey: 'other', secretKey: 'secret' })
      assert.throws(() => client.setCredentials({ accessKey: '', secretKey: 's' }), {
        name: 'ConfigurationError',
      })
      assert.throws(() => client.setCredentials(/** @type {any} */ ({ accessKey: 'key' })), {
        name: 'TypeError',
      })
      await client.shutdown()
      assert.throws(() => client.setCredentials({ accessKey: 'other', secretKey: 'secret' }), {
        codeName: 'CLOSED',
      })
    })
  }
})
