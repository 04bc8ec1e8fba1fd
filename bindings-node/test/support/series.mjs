// Messages of mixed sizes whose every part follows from their number.
import assert from 'node:assert/strict'

const KIB = 1024
const TAGS = [undefined, 'TagA', 'TagB', '标签', 'tag-with-a-longer-name']

/**
 * Most messages are small, some are not: 10 000 have about 130 MB.
 * @param {number} index
 */
function sizeOf(index) {
  if (index % 125 === 0) return KIB * KIB - (index % 7)
  if (index % 50 === 1) return 100 * KIB + index
  if (index % 10 === 2) return 4096 - (index % 3)
  return 1 + ((index * 7919) % 3000)
}

/** @param {number} index */
function bodyOf(index) {
  const size = sizeOf(index)
  // Of each character of text, whole or not at all.
  if (index % 4 === 3) return 'Grüße, 世界 🚀 '.repeat(1 + (size >> 5))
  const pattern = Buffer.from(Array.from({ length: 61 }, (_, at) => (index * 31 + at * 7) & 0xff))
  const bytes = Buffer.alloc(size, pattern)
  return index % 4 === 2 ? new Uint8Array(bytes) : bytes
}

/** @param {number} index */
function propertiesOf(index) {
  if (index % 3 === 0) return undefined
  const properties = { index: String(index), Schlüssel: 'Wert → 值 🚀', __proto: 'x' }
  return index % 3 === 1 ? properties : { ...properties, long: 'v'.repeat(index % 2000 || 1) }
}

/**
 * @param {string} topic
 * @param {number} index
 */
export function messageOf(topic, index) {
  return {
    topic,
    body: bodyOf(index),
    tag: TAGS[index % TAGS.length],
    key: `key-${index}`,
    properties: propertiesOf(index),
  }
}

/**
 * Checks a message that was received, and answers its number.
 * @param {string} topic
 * @param {import('../../index.js').ReceivedMessage} received
 */
export function checkReceived(topic, received) {
  const index = Number(received.key?.slice('key-'.length))
  const sent = messageOf(topic, index)
  assert.equal(received.topic, topic)
  assert.ok(Buffer.isBuffer(received.body))
  assert.ok(received.body.equals(Buffer.from(/** @type {any} */ (sent.body))), `body of ${index}`)
  assert.equal(received.tag, sent.tag)
  assert.deepEqual({ ...received.properties }, sent.properties ?? {})
  assert.equal(received.reconsumeTimes, 0)
  assert.match(received.bornHost, /^\d+\.\d+\.\d+\.\d+:\d+$/)
  assert.ok(Math.abs(Date.now() - received.bornTimestamp) < 300_000)
  assert.ok(Math.abs(received.storeTimestamp - received.bornTimestamp) < 60_000)
  return index
}
