import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Action, MessageModel, OrderConsumer } from '../index.mjs'
import { atEnd, Collector, consumerOn, producerOn, unique } from './support/clients.mjs'
import { onEveryServer } from './support/servers.mjs'

describe('broadcasting', () => {
  onEveryServer((server) => {
    it('has each member get all, once, and go on where it was after a restart', async (t) => {
      const localOffsetStoreDir = mkdtempSync(join(tmpdir(), 'onsmq-offsets-'))
      atEnd(t, () => rmSync(localOffsetStoreDir, { recursive: true }))
      const [topic, groupId] = [unique('broadcast'), unique('GID_broadcast')]
      const messageModel = MessageModel.BROADCASTING
      const member = async () => {
        const collector = new Collector()
        const consumer = consumerOn(t, server, { groupId, messageModel, localOffsetStoreDir })
        consumer.subscribe(topic, '*', (message) => {
          // What made the topic may come: where the name servers do not know the topic yet, consumers
          // begin by the time, and 4.9.7 then gives the last message that is older.
          if (String(message.body) !== 'before anybody was there') collector.add(message)
          // Not retried.
          return Action.ReconsumeLater
        })
        await consumer.start()
        return { consumer, collector }
      }
      const producer = await producerOn(t, server)
      const send = (/** @type {string} */ body) => producer.send({ topic, body })
      await send('before anybody was there')
      const members = [await member(), await member()]
      const due = Array.from({ length: 20 }, (_, at) => String(at))
      for (const body of due) await send(body)
      for (const { collector } of members) {
        await collector.has(20)
        const bodies = collector.messages.map(({ body }) => String(body))
        assert.deepEqual(bodies.sort(), [...due].sort())
      }
      for (const { consumer } of members) await consumer.shutdown()
      await send('missed')
      const { collector } = await member()
      await collector.has(1)
      await send('last')
      await collector.has(2)
      assert.deepEqual(
        collector.messages.map(({ body }) => String(body)),
        ['missed', 'last'],
      )
    })
  })

  it('is not for ordered messages', () => {
    const messageModel = MessageModel.BROADCASTING
    const make = () =>
      new OrderConsumer({ namesrvAddr: 'localhost:1', groupId: 'GID', messageModel })
    assert.throws(make, { name: 'ConfigurationError', message: /BROADCASTING/ })
  })
})
