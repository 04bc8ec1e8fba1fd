'use strict'

const native = require('./native.js')
const { Client } = require('./client.js')
const { fault, made } = require('./errors.js')
const { describe, milliseconds, pairs } = require('./check.js')
const { host, runMany } = require('./loop.js')
const { outgoing } = require('./message.js')

/**
 * What the kinds of producers have in common.
 * @extends {Client<import('./native.js').Producer>}
 */
class Sender extends Client {
  /** @type {Set<Promise<unknown>>} */
  #inFlight = new Set()

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
  }

  /** @param {unknown} [timeoutMs] */
  async flush(timeoutMs) {
    const limit = timeoutMs === undefined ? undefined : milliseconds(timeoutMs, 'timeoutMs')
    const begun = [...this.#inFlight]
    const done = Promise.allSettled(begun).then(() => true)
    if (limit === undefined || begun.length === 0 || (await within(done, limit)))
      return void (await done)
    throw flushTimedOut(begun.filter((sent) => this.#inFlight.has(sent)).length, limit)
  }

  /**
   * @param {unknown} messages
   * @returns {Promise<any[]>}
   */
  async _sendMany(messages) {
    if (!Array.isArray(messages)) {
      throw new TypeError(`messages must be an array, not ${describe(messages)}`)
    }
    const checked = messages.map((message, at) => outgoing(message, `messages[${at}]`))
    const sent = runMany(checked.length, (id) => this._native.sendMany(id, checked))
    return await this._track(sent)
  }

  /**
   * @template T
   * @param {Promise<T>} sent
   */
  async _track(sent) {
    this.#inFlight.add(sent)
    try {
      return await sent
    } finally {
      this.#inFlight.delete(sent)
    }
  }
}

/**
 * Whether something comes about in time.
 * @param {Promise<boolean>} promise
 * @param {number} limitMs
 */
async function within(promise, limitMs) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const late = new Promise((resolve) => (timer = setTimeout(resolve, limitMs, false)))
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * @param {number} count
 * @param {number} limitMs
 */
function flushTimedOut(count, limitMs) {
  const message = `${count} sends were still in flight after ${limitMs} ms: each ends within SendMsgTimeoutMillis, so wait as long`
  return fault('TIMEOUT', message, true)
}

module.exports = { Sender }
