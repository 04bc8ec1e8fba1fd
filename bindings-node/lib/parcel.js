'use strict'

/** Bodies that are smaller share a buffer. To copy the other ones twice would cost more. */
const SMALL = 4096
/** What says that there is none. */
const NONE = -1
/** @type {string[]} */
const NO_TEXTS = []

/** @typedef {ReturnType<typeof import('./message.js').outgoing>} Outgoing */

/**
 * Messages on their way to the native half: the parts of many in a few values, which cross at once.
 * `src/parcel.rs` takes them apart, and says what is where.
 */
class Parcel {
  /** @type {number[]} */
  #numbers = []
  #texts = ''
  #small
  #end = 0
  /** @type {Uint8Array[]} */
  #large = []

  /** @param {number} room for small bodies, in bytes */
  constructor(room) {
    this.#small = Buffer.allocUnsafeSlow(room)
  }

  /** @param {Outgoing[]} messages */
  static of(messages) {
    const parcel = new Parcel(messages.reduce((sum, { body }) => sum + smallLength(body), 0))
    for (const message of messages) parcel.add(message)
    return parcel
  }

  /** @param {Outgoing} message */
  hasRoomFor({ body }) {
    return smallLength(body) <= this.#small.length - this.#end
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
    if (bodyLength === NONE) {
      this.#large.push(body)
    } else {
      this.#small.set(body, this.#end)
      this.#end += bodyLength
    }
    this.#texts = texts
    this.#numbers.push(bodyLength, startDeliverTime, properties.length / 2)
    this.#numbers.push(topic.length, lengthOf(tag), lengthOf(key), lengthOf(shardingKey))
    for (const text of properties) this.#numbers.push(text.length)
  }

  /**
   * All that was added. It is to be read before more is.
   * @returns {import('./native.js').Parcel}
   */
  take() {
    const numbers = new Float64Array(this.#numbers)
    const parcel = { numbers, texts: this.#texts, small: this.#small, large: this.#large }
    this.#numbers = []
    this.#texts = ''
    this.#end = 0
    this.#large = []
    return parcel
  }
}

/** @param {Uint8Array} body */
function smallLength({ length }) {
  return length < SMALL ? length : 0
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
