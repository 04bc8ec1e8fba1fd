'use strict'

const { Crossing } = require('./crossing.js')
const { fault } = require('./errors.js')

/** @typedef {import('./parcel.js').Outgoing} Outgoing */
/** @typedef {{ ended: Promise<unknown>, missing: number }} Begun one or more, and how many are in flight still */

const SOON = Promise.resolve()

/**
 * The sends of a producer that are in flight. Those that are begun on one turn of the event loop
 * cross to the native half together, at its end.
 */
class InFlight {
  #native
  /** @type {Set<Begun>} */
  #begun = new Set()
  /** @type {InstanceType<typeof Crossing> | undefined} */
  #gathering

  /** @param {import('./native.js').Producer} native */
  constructor(native) {
    this.#native = native
  }

  /**
   * @param {Outgoing} message
   * @param {{ isOneway: boolean }} options
   */
  send(message, { isOneway }) {
    if (this.#gathering?.isOneway !== isOneway) this.leave()
    const crossing = (this.#gathering ??= this.#gather(isOneway))
    const promise = crossing.add(message)
    if (crossing.isFull) this.leave()
    return promise
  }

  /** Has what was gathered leave, before whatever is begun next. */
  leave() {
    const crossing = this.#gathering
    this.#gathering = undefined
    crossing?.leave(this.#native)
  }

  /**
   * Anything else that is in flight.
   * @template T
   * @param {Promise<T>} ended
   */
  async track(ended) {
    const begun = { ended, missing: 1 }
    this.#begun.add(begun)
    try {
      return await ended
    } finally {
      begun.missing = 0
      this.#begun.delete(begun)
    }
  }

  /**
   * Waits for all that is in flight now, however it ends.
   * @param {number | undefined} limitMs
   */
  async flush(limitMs) {
    const begun = [...this.#begun]
    const done = Promise.allSettled(begun.map(({ ended }) => ended)).then(() => true)
    if (limitMs === undefined || begun.length === 0 || (await within(done, limitMs)))
      return void (await done)
    throw timedOut(
      begun.reduce((sum, { missing }) => sum + missing, 0),
      limitMs,
    )
  }

  /** @param {boolean} isOneway */
  #gather(isOneway) {
    const crossing = new Crossing(isOneway)
    this.#begun.add(crossing)
    crossing.ended.then(() => this.#begun.delete(crossing))
    SOON.then(() => crossing === this.#gathering && this.leave())
    return crossing
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
function timedOut(count, limitMs) {
  const message = `${count} sends were still in flight after ${limitMs} ms: each ends within SendMsgTimeoutMillis, so wait as long`
  return fault('TIMEOUT', message, true)
}

module.exports = { InFlight }
