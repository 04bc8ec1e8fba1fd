'use strict'

const { describe, onlyMembers, optionalText, optionalTime, record, text } = require('./check.js')

const MEMBERS = ['topic', 'body', 'tag', 'key', 'properties', 'shardingKey', 'startDeliverTime']
/** Of each message, in a batch. */
const NUMBERS = 16
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
    const number = index * NUMBERS
    const text = number + 9
    this.topic = topic
    this.body = body
    this.tag = texts[numbers[text + 1]]
    this.key = texts[numbers[text + 2]]
    this.properties = propertiesOf(texts[numbers[text + 6]])
    this.shardingKey = texts[numbers[text + 3]]
    this.startDeliverTime = numbers[number + 6] || undefined
    this.messageId = texts[numbers[text]]
    this.reconsumeTimes = numbers[number + 1]
    this.bornTimestamp = numbers[number + 2]
    this.bornHost = texts[numbers[text + 4]]
    this.storeTimestamp = numbers[number + 3]
    this.brokerName = texts[numbers[text + 5]]
    this.queueId = numbers[number + 4]
    this.offset = numbers[number + 5]
  }
}

/** @param {string | undefined} joined as they travel */
function propertiesOf(joined) {
  if (joined === undefined) return NO_PROPERTIES
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
 * The messages of a batch, each with the number of what it was taken in.
 * @template {ReceivedMessage} [T=ReceivedMessage]
 * @param {import('./native.js').Batch} batch
 * @param {(delivery: number, message: T) => void} visit
 * @param {new (batch: import('./native.js').Batch, index: number, body: Buffer) => T} [Message]
 */
function unpack(batch, visit, Message = /** @type {any} */ (ReceivedMessage)) {
  const { numbers, small, large } = batch
  let nextLarge = 0
  for (let index = 0; index < count(batch); index++) {
    const number = index * NUMBERS
    const [begin, end] = [numbers[number + 7], numbers[number + 8]]
    // No body is empty.
    const body = begin === end ? large[nextLarge++] : small.subarray(begin, end)
    visit(numbers[number], new Message(batch, index, body))
  }
}

/**
 * How many messages a batch has.
 * @param {import('./native.js').Batch} batch
 */
function count({ numbers }) {
  return numbers.length / NUMBERS
}

/**
 * A message to be sent, checked, its parts as they are packed.
 * @param {unknown} message
 * @param {string} name
 */
function outgoing(message, name) {
  const members = membersOf(message, name)
  const { topic, body, tag, key, properties, shardingKey, startDeliverTime } = members
  // One that is sent on comes when it comes.
  const time = members instanceof ReceivedMessage ? undefined : startDeliverTime
  return {
    topic: text(topic, `${name}.topic`),
    body: bytes(body, `${name}.body`),
    tag: optionalText(tag, `${name}.tag`),
    key: optionalText(key, `${name}.key`),
    properties: flatProperties(properties, `${name}.properties`),
    shardingKey: optionalText(shardingKey, `${name}.shardingKey`),
    startDeliverTime: optionalTime(time, `${name}.startDeliverTime`),
  }
}

/**
 * A member that is not known is not ignored: what it asks for would be left undone. A message that
 * was received may be sent on, as a new one.
 * @param {unknown} message
 * @param {string} name
 */
function membersOf(message, name) {
  return message instanceof ReceivedMessage
    ? /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (message))
    : onlyMembers(message, name, 'an object with topic and body', MEMBERS)
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
 * Names and values by turns. In a loop, which costs a tenth of what `flatMap` does.
 * @param {unknown} properties
 * @param {string} name
 */
function flatProperties(properties, name) {
  if (properties === undefined || properties === null) return undefined
  /** @type {string[]} */
  const flat = []
  for (const [key, value] of Object.entries(record(properties, name, 'an object of strings'))) {
    flat.push(key, text(value, `${name}.${key}`))
  }
  return flat
}

module.exports = { ReceivedMessage, count, outgoing, unpack }
