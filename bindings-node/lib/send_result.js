'use strict'

/** Of each message that is stored. */
const NUMBERS = 5
/** Of each id. */
const DIGITS = 32

/** A message is stored. */
class SendResult {
  /**
   * @param {import('./native.js').Drained} drained with many of them
   * @param {number} at which one
   */
  constructor({ numbers, ids, places }, at) {
    const number = at * NUMBERS
    const id = at * DIGITS
    const { topic, brokerName } = places[numbers[number + 4]]
    // Read out of the bytes, not out of a string of all: that would live as long as any of them.
    this.messageId = ids.toString('latin1', id, id + DIGITS)
    this.topic = topic
    this.queueId = numbers[number + 2]
    this.brokerName = brokerName
    this.offset = numbers[number + 3]
  }

  /** As the library writes it everywhere. */
  toString() {
    const { topic, messageId, brokerName, queueId, offset } = this
    return `SendResult[topic=${topic}, messageId=${messageId}, queue=${brokerName}#${queueId}, offset=${offset}]`
  }
}

module.exports = { NUMBERS, SendResult }
