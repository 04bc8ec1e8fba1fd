'use strict'

const native = require('./native.js')
const { Client } = require('./client.js')
const { made } = require('./errors.js')
const { describe, milliseconds, pairs } = require('./check.js')
const { InFlight } = require('./in_flight.js')
const { host, runMany } = require('./loop.js')
const { outgoing } = require('./message.js')
const { Parcel } = require('./parcel.js')

/**
 * What the kinds of producers have in common.
 * @extends {Client<import('./native.js').Producer>}
 */
class Sender extends Client {
  /**
   * @param {unknown} config
   * @param {Parameters<typeof native.makeProducer>[2]} kind
   * @param {InstanceType<typeof import('./mailbox.js').Mailbox>} [mailbox]
   */
  constructor(config, kind, mailbox) {
    const number = mailbox?.number ?? 0
    // A send that waits for room must not hold up the event loop. What is given comes later, and
    // counts.
    const properties = ['SendBufferFull', 'QUEUE', ...pairs(config, 'config')]
    super(made(native.makeProducer(host, number, kind, properties)), mailbox)
    this._inFlight = new InFlight(this._native)
    Object.defineProperty(this, '_inFlight', { enumerable: false, writable: false })
  }

  async start() {
    this._inFlight.leave()
    await super.start()
  }

  async shutdown() {
    this._inFlight.leave()
    await super.shutdown()
  }

  /** @param {unknown} [timeoutMs] */
  async flush(timeoutMs) {
    const limit = timeoutMs === undefined ? undefined : milliseconds(timeoutMs, 'timeoutMs')
    await this._inFlight.flush(limit)
  }

  /**
   * Not asynchronous itself: that would cost each message another promise.
   * @param {() => import('./parcel.js').Outgoing} checked
   * @returns {Promise<any>}
   */
  _send(checked, { isOneway } = { isOneway: false }) {
    try {
      return this._inFlight.send(checked(), { isOneway })
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * @param {unknown} messages
   * @returns {Promise<any[]>}
   */
  async _sendMany(messages) {
    if (!Array.isArray(messages)) {
      throw new TypeError(`messages must be an array, not ${describe(messages)}`)
    }
    const packing = Parcel.empty()
    let count = 0
    for (; count < messages.length; count++) {
      packing.add(outgoing(messages[count], `messages[${count}]`))
    }
    this._inFlight.leave()
    const parcel = packing.take()
    const sent = runMany(count, (id) => this._native.sendMany(id, parcel))
    return await this._inFlight.track(sent)
  }
}

module.exports = { Sender }
