'use strict'

const { errorOf } = require('./errors.js')
const { runEach } = require('./loop.js')
const { Parcel } = require('./parcel.js')

/** @typedef {import('./parcel.js').Outgoing} Outgoing */

/** What crosses together at most, in bytes of bodies: with more, the network would stand still meanwhile. */
const [MOST_MESSAGES, MOST_BYTES] = [256, 64 * 1024]

/** Sends that cross to the native half together, and end one by one. Each has one promise. */
class Crossing {
  #parcel = Parcel.empty()
  /** @type {((outcome: any) => void)[]} */
  #resolves = []
  /** How many are in flight. */
  missing = 0
  /** @type {(outcome: unknown) => void} */
  #end = () => {}
  /** Fulfilled when it is known what became of all. */
  ended = new Promise((resolve) => (this.#end = resolve))

  /** @param {boolean} isOneway */
  constructor(isOneway) {
    this.isOneway = isOneway
  }

  /**
   * @param {Outgoing} message
   * @returns {Promise<any>}
   */
  add(message) {
    this.#parcel.add(message)
    this.missing++
    return new Promise((resolve) => this.#resolves.push(resolve))
  }

  /** Whether it must not wait for more: its sender may change a body that was not copied. */
  get isFull() {
    const { size, isBorrowing } = this.#parcel
    return isBorrowing || size >= MOST_BYTES || this.missing === MOST_MESSAGES
  }

  /** @param {import('./native.js').Producer} native */
  leave(native) {
    // The only one that was to cross could not be packed.
    if (this.missing === 0) return this.#end(undefined)
    try {
      const parcel = this.#parcel.take()
      runEach(
        (id) => (this.isOneway ? native.sendOneway(id, parcel) : native.send(id, parcel)),
        (fault, value, at = 0) => this.#settle(fault, value, at),
      )
    } catch (error) {
      // Out of memory, or a fault of ours: nobody is to wait for ever.
      for (const resolve of this.#resolves) resolve(Promise.reject(error))
      this.missing = 0
      this.#end(undefined)
    }
  }

  /**
   * @param {import('./native.js').Fault | null} fault
   * @param {unknown} value
   * @param {number} at
   */
  #settle(fault, value, at) {
    this.#resolves[at](fault === null ? value : failed(fault))
    if (--this.missing === 0) this.#end(attached())
    return this.missing
  }
}

/**
 * Made in a function that is awaited, so that the stack of the error leads to who sent. Nobody else
 * may wait for it: then the stack would end here.
 * @param {import('./native.js').Fault} fault
 * @returns {Promise<never>}
 */
async function failed(fault) {
  await attached()
  throw errorOf(fault)
}

/** Waits until a promise that was resolved with another one waits for that. */
async function attached() {
  await undefined
}

module.exports = { Crossing }
