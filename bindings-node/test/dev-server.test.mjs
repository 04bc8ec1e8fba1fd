import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Producer } from '../index.mjs'
import { DevServer } from '../testing.mjs'

describe('the dev server, as users test with it', () => {
  /** @type {DevServer} */
  let server
  before(async () => {
    server = await DevServer.start({ brokers: 2 })
  })
  after(() => server.stop())

  /**
   * @param {DevServer} server
   * @param {string} topic
   * @param {object} [options]
   */
  async function send(server, topic, options) {
    const producer = new Producer({ namesrvAddr: server.namesrvAddr, ...options })
    await producer.start()
    try {
      return await producer.send({ topic, body: Buffer.from('x') })
    } finally {
      await producer.shutdown()
    }
  }

  it('has requests fail, counts them, and forgets both', async () => {
    const answer = { code: 'NO_PERMISSION', remark: 'on purpose' }
    const id = await server.addFault({ fault: { answer }, code: 'SEND', topic: 't', count: 1 })
    await assert.rejects(send(server, 't'), { remark: 'on purpose' })
    await send(server, 't')
    const [{ applied }] = await server.faults()
    assert.equal(applied, 1)
    assert.equal(await server.received({ code: 'SEND', topic: 't' }), 2)
    const counts = await server.counters({ topic: 't', code: 310 })
    assert.equal(
      counts.reduce((sum, { count }) => sum + count, 0),
      2,
    )
    assert.equal(await server.removeFault(id), true)
    assert.equal(await server.removeFault(id), false)
    await server.resetCounters()
    assert.equal(await server.received(), 0)
    await server.clearFaults()
    // @ts-expect-error there is no such fault
    await assert.rejects(server.addFault({ fault: 'explode' }), /explode/)
  })

  it('kills a broker and brings it back', async () => {
    await server.createTopic('u')
    await server.killBroker('broker-a')
    const running = async () => (await server.brokers()).map((broker) => broker.running)
    assert.deepEqual(await running(), [false, true])
    assert.equal((await send(server, 'u')).brokerName, 'broker-b')
    await server.restartBroker('broker-a', { keepData: false })
    assert.deepEqual(await running(), [true, true])
    await server.expireLocks()
  })

  it('checks accounts', async () => {
    const account = { accessKey: 'AK', secretKey: 'SK', topicPerms: { t: 'DENY' } }
    const guarded = await DevServer.start({ accounts: [/** @type {any} */ (account)] })
    try {
      await send(guarded, 'other', { accessKey: 'AK', secretKey: 'SK' })
      for (const [topic, secretKey] of [
        ['t', 'SK'],
        ['other', 'wrong'],
      ]) {
        const sent = send(guarded, topic, { accessKey: 'AK', secretKey })
        await assert.rejects(sent, { code: 12 })
      }
    } finally {
      await guarded.stop()
    }
    await assert.rejects(guarded.control('info'), /stopped/)
  })
})
