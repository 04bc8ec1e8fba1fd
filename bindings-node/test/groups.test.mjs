import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { atEnd, eventually, producerOn, unique } from './support/clients.mjs'
import { Member, program } from './support/programs.mjs'
import { onEveryServer } from './support/servers.mjs'

/** Who consumed what: members by message id. */
class Consumed extends Map {
  /**
   * @param {number} member
   * @param {string} id
   */
  add(member, id) {
    this.set(id, [...(this.get(id) ?? []), member])
  }

  /**
   * Waits until each was consumed, and answers by whom.
   * @param {string[]} ids
   * @returns {Promise<number[][]>}
   */
  async of(ids) {
    await eventually('all are consumed', () => ids.every((id) => this.has(id)))
    return ids.map((id) => this.get(id))
  }
}

describe('two consumers of one group in two processes', () => {
  onEveryServer((server) => {
    it('share the queues, and get each message once', async (t) => {
      const [topic, groupId] = [unique('shared'), unique('GID_shared')]
      // By turns, so that shares show how queues are divided.
      const producer = await producerOn(t, server, { autoBatch: false })
      const send = async (/** @type {number} */ count) => {
        const messages = Array.from({ length: count }, () => ({ topic, body: 'shared' }))
        const sent = await producer.sendMany(messages)
        return sent.map((it) => /** @type {import('../index.js').SendResult} */ (it).messageId)
      }
      const consumed = new Consumed()
      const args = [program('member'), server.namesrvAddr, topic, groupId]
      const members = [0, 1].map((index) => new Member(args, (id) => consumed.add(index, id)))
      atEnd(t, () => members.forEach((member) => member.kill()))
      await Promise.all(members.map((member) => member.started))

      await eventually('the queues are divided', async () => {
        const by = await consumed.of(await send(64))
        return new Set(by.flat()).size === 2 && by.every((members) => members.length === 1)
      })
      const by = await consumed.of(await send(2000))
      // What is consumed twice shows at the latest with messages that are sent afterwards.
      by.push(...(await consumed.of(await send(64))))
      assert.ok(by.every((members) => members.length === 1))
      const shares = [0, 1].map((index) => by.filter(([member]) => member === index).length)
      assert.ok(Math.min(...shares) > 500, String(shares))
      assert.deepEqual(await Promise.all(members.map((member) => member.end())), [0, 0])
    })
  })
})
