'use strict'

const { fault } = require('./errors.js')
const { milliseconds, describe, onlyMembers } = require('./check.js')
const { ReceivedMessage, unpack } = require('./message.js')

/** The longest time of a timer. */
const MOST_MS = 2 ** 31 - 1

/** @typedef {{ native: import('./native.js').Consumer, delivery: number }} Held */

/**
 * Messages that nobody completes, because nobody has them any more, come again.
 * @type {FinalizationRegistry<Held>}
 */
const forgotten = new FinalizationRegistry(({ native, delivery }) => {
  native.complete(delivery, false)
})

/** A message that was received without a listener, and whose receiver says what becomes of it. */
class PendingMessage extends ReceivedMessage {
  /** @type {Held | undefined} until it is completed */
  #held

  /**
   * @param {PendingMessage} message
   * @param {Held} held
   */
  static hold(message, held) {
    message.#held = held
    forgotten.register(message, held, message)
  }

  commit() {
    this.#complete(true)
  }

  reconsumeLater() {
    this.#complete(false)
  }

  /** @param {boolean} isDone */
  #complete(isDone) {
    if (this.#held === undefined) {
      const text = `message ${this.messageId} was completed before: the first time counts`
      throw fault('INVALID_STATE', text)
    }
    const { native, delivery } = this.#held
    this.#held = undefined
    forgotten.unregister(this)
    native.complete(delivery, isDone)
  }
}

/** Who waits: how much is wanted, and what is called with it. */
/** @typedef {{ max: number, end: (messages: PendingMessage[]) => void }} Waiter */

/** Receives without a listener: whatever is taken is wanted at that moment. */
class Receiver {
  #native
  /** @type {Set<Waiter>} who came first is first */
  #waiters = new Set()
  #isStopped = false

  /** @param {import('./native.js').Consumer} native */
  constructor(native) {
    this.#native = native
  }

  get isStopped() {
    return this.#isStopped
  }

  /** Nothing is taken from now on, and nobody waits any more. */
  stop() {
    this.#isStopped = true
    for (const waiter of this.#waiters) waiter.end([])
  }

  /** Messages wait. */
  wake() {
    for (const waiter of this.#waiters) {
      const messages = this.#take(waiter.max)
      if (messages.length === 0) return
      waiter.end(messages)
    }
  }

  /**
   * @param {unknown} options
   * @returns {Promise<PendingMessage[]>}
   */
  async receive(options) {
    const { max, timeoutMs, signal } = checked(options)
    signal?.throwIfAborted()
    const messages = this.#waiters.size === 0 ? this.#take(max) : []
    if (messages.length > 0 || timeoutMs === 0 || this.#isStopped) return messages
    return await this.#wait(max, timeoutMs, signal)
  }

  /**
   * @param {number} max
   * @param {number} timeoutMs
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<PendingMessage[]>}
   */
  #wait(max, timeoutMs, signal) {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter)
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
      const end = (/** @type {PendingMessage[]} */ messages) => {
        leave()
        resolve(messages)
      }
      const abort = () => {
        leave()
        reject(signal?.reason)
      }
      const waiter = { max, end }
      this.#waiters.add(waiter)
      const timer = timeoutMs > MOST_MS ? undefined : setTimeout(end, timeoutMs, [])
      signal?.addEventListener('abort', abort)
    })
  }

  /** @param {number} max */
  #take(max) {
    /** @type {PendingMessage[]} */
    const messages = []
    const batch = this.#isStopped ? null : this.#native.receive(max)
    if (batch === null) return messages
    const native = this.#native
    const keep = (/** @type {number} */ delivery, /** @type {PendingMessage} */ message) => {
      PendingMessage.hold(message, { native, delivery })
      messages.push(message)
    }
    unpack(batch, keep, PendingMessage)
    return messages
  }
}

/** @param {unknown} options */
function checked(options) {
  const members = onlyMembers(options, 'options', 'an object of options', [
    'max',
    'timeoutMs',
    'signal',
  ])
  const { max = 1, timeoutMs = Infinity, signal } = members
  if (!Number.isInteger(max) || Number(max) < 1) {
    throw new TypeError(`options.max must be a whole number from 1 on, not ${describe(max)}`)
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`options.signal must be an AbortSignal, not ${describe(signal)}`)
  }
  const most = Math.min(Number(max), 2 ** 31)
  return { max: most, timeoutMs: milliseconds(timeoutMs, 'options.timeoutMs'), signal }
}

module.exports = { Receiver }
