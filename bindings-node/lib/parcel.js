'use strict'

/** Bodies that are smaller share a buffer. To copy the other ones twice would cost more. */
const SMALL = 4096
/** What says that there is none. */
const NONE = -1
/** @type {string[]} */
const NO_TEXTS = []

/** Room for bodies, in bytes: at first, which is for more than one of them, and in one that is used again. */
const [FIRST_ROOM, MOST_KEPT] = [4 * SMALL, 256 * SMALL]
/** @type {Parcel | undefined} one that is empty, so that not every send makes a buffer */
let spare

/** @typedef {ReturnType<typeof import('./message.js').outgoing>} Outgoing */

/**
 * Messages on their way to the native half: the parts of many in a few values, which cross at once.
 * `src/parcel.rs` takes them apart, and says what is where.
 */
class Parcel {
  /** @type {number[]} */
  #numbers = []
  #texts = ''
  #small = Buffer.allocUnsafeSlow(FIRST_ROOM)
  #end = 0
  /** @type {Uint8Array[]} */
  #large = []

  /** One that is empty. */
  static empty() {
    const parcel = spare ?? new Parcel()
    spare = undefined
    return parcel
  }

  /** @param {Outgoing} message */
  static of(message) {
    const parcel = Parcel.empty()
    parcel.add(message)
    return parcel.take()
  }

  /** How many bytes of bodies it holds. */
  get size() {
    return this.#end
  }

  /** Whether it refers to bodies that it has no copy of. */
  get isBorrowing() {
    return this.#large.length > 0
  }

  /**
   * All of the message, or nothing where that throws.
   * @param {Outgoing} message
   */
  add({ topic, body, tag, key, properties = NO_TEXTS, shardingKey, startDeliverTime = 0 }) {
    let texts = this.#texts + ended(topic) + ended(tag) + ended(key) + ended(shardingKey)
    for (const text of properties) texts += ended(text)
    const bodyLength = body.length < SMALL ? body.length : NONE
    if (bodyLength === NONE) this.#large.push(body)
    else this.#copy(body, bodyLength)
    this.#texts = texts
    this.#numbers.push(bodyLength, startDeliverTime, properties.length / 2)
    this.#numbers.push(topic.length, lengthOf(tag), lengthOf(key), lengthOf(shardingKey))
    for (const text of properties) this.#numbers.push(text.length)
  }

  /**
   * All that was added. It has to cross before another one is begun.
   * @returns {import('./native.js').Parcel}
   */
  take() {
    const numbers = new Float64Array(this.#numbers)
    const parcel = { numbers, texts: this.#texts, small: this.#small, large: this.#large }
    this.#numbers = []
    this.#texts = ''
    this.#end = 0
    this.#large = []
    if (this.#small.length <= MOST_KEPT) spare = this
    return parcel
  }

  /**
   * @param {Uint8Array} body
   * @param {number} length
   */
  #copy(body, length) {
    // One that was transferred to another thread is empty, and nothing may be done with it.
    if (length === 0) return
    if (this.#end + length > this.#small.length) this.#grow()
    this.#small.set(body, this.#end)
    this.#end += length
  }

  #grow() {
    const larger = Buffer.allocUnsafeSlow(2 * this.#small.length)
    larger.set(this.#small)
    this.#small = larger
  }
}

/** @param {string | undefined} text */
function ended(text) {
  return text === undefined ? '' : text + '\0'
}

/** @param {string | undefined} text */
function lengthOf(text) {
  return text === undefined ? NONE : text.length
}

module.exports = { Parcel }
