'use strict'

/** A message is stored. */
class SendResult {
  /**
   * @param {Float64Array} numbers of many results, three each
   * @param {string[]} texts the same
   * @param {number} at
   */
  constructor(numbers, texts, at) {
    this.messageId = texts[at]
    this.topic = texts[at + 1]
    this.queueId = numbers[at + 1]
    this.brokerName = texts[at + 2]
    this.offset = numbers[at + 2]
  }

  /** As the library writes it everywhere. */
  toString() {
    const { topic, messageId, brokerName, queueId, offset } = this
    return `SendResult[topic=${topic}, messageId=${messageId}, queue=${brokerName}#${queueId}, offset=${offset}]`
  }
}

module.exports = { SendResult }
