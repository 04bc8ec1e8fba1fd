'use strict'

const { describe, optionalText, record, text } = require('./check.js')

const MEMBERS = ['topic', 'body', 'tag', 'key', 'properties']
/** @type {Readonly<Record<string, string>>} */
const NO_PROPERTIES = Object.freeze({})

/** A message that was received. */
class ReceivedMessage {
  /**
   * @param {import('./native.js').Batch} batch
   * @param {number} index
   * @param {Buffer} body
   */
  constructor({ topic, numbers, texts }, index, body) {
    const number = index * 8
    const word = index * 6
    this.topic = topic
    this.body = body
    this.tag = texts[word + 1] ?? undefined
    this.key = texts[word + 2] ?? undefined
    this.properties = propertiesOf(texts[word + 5])
    this.messageId = texts[word]
    this.reconsumeTimes = numbers[number + 1]
    this.bornTimestamp = numbers[number + 2]
    this.bornHost = texts[word + 3]
    this.storeTimestamp = numbers[number + 3]
    this.brokerName = texts[word + 4]
    this.queueId = numbers[number + 4]
    this.offset = numbers[number + 5]
  }
}

/** @param {string | null} joined as they travel */
function propertiesOf(joined) {
  if (joined === null) return NO_PROPERTIES
  /** @type {Record<string, string>} */
  const properties = {}
  for (const property of joined.slice(0, -1).split('\u0002')) {
    const end = property.indexOf('\u0001')
    const [name, value] = [property.slice(0, end), property.slice(end + 1)]
    // Assigning to `__proto__` would not make a property of that name.
    Object.defineProperty(properties, name, { value, enumerable: true, writable: true })
  }
  return properties
}

/**
 * The messages of a batch, each with the number of its delivery.
 * @param {import('./native.js').Batch} batch
 * @param {(delivery: number, message: ReceivedMessage) => void} visit
 */
function unpack(batch, visit) {
  const { numbers, small, large } = batch
  let nextLarge = 0
  for (let index = 0; index * 8 < numbers.length; index++) {
    const [begin, end] = [numbers[index * 8 + 6], numbers[index * 8 + 7]]
    // No body is empty.
    const body = begin === end ? large[nextLarge++] : small.subarray(begin, end)
    visit(numbers[index * 8], new ReceivedMessage(batch, index, body))
  }
}

/**
 * A message to be sent, checked, as the native half takes it.
 * @param {unknown} message
 * @param {string} name
 * @returns {import('./native.js').Outgoing}
 */
function outgoing(message, name) {
  const { topic, body, tag, key, properties } = onlyMembers(message, name)
  return {
    topic: text(topic, `${name}.topic`),
    body: bytes(body, `${name}.body`),
    tag: optionalText(tag, `${name}.tag`),
    key: optionalText(key, `${name}.key`),
    properties: flatProperties(properties, `${name}.properties`),
  }
}

/**
 * A member that is not known is not ignored: what it asks for would be left undone. A message that
 * was received may be sent on, as a new one.
 * @param {unknown} message
 * @param {string} name
 */
function onlyMembers(message, name) {
  const members = record(message, name, 'an object with topic and body')
  if (members instanceof ReceivedMessage) return members
  const unknown = Object.keys(members).find((member) => !MEMBERS.includes(member))
  if (unknown === undefined) return members
  throw new TypeError(`${name}.${unknown} is not known: ${MEMBERS.join(', ')} are allowed`)
}

/**
 * @param {unknown} body
 * @param {string} name
 */
function bytes(body, name) {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  throw new TypeError(`${name} must be a Buffer, a Uint8Array or a string, not ${describe(body)}`)
}

/**
 * @param {unknown} properties
 * @param {string} name
 */
function flatProperties(properties, name) {
  if (properties === undefined || properties === null) return undefined
  const entries = Object.entries(record(properties, name, 'an object of strings'))
  return entries.flatMap(([key, value]) => [key, text(value, `${name}.${key}`)])
}

module.exports = { outgoing, unpack }
