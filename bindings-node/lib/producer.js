'use strict'

const { optionalText } = require('./check.js')
const { outgoing } = require('./message.js')
const { Sender } = require('./sender.js')

/** Sends messages. */
class Producer extends Sender {
  /** @param {unknown} config */
  constructor(config) {
    super(config, 'normal')
  }

  /** @param {unknown} message */
  send(message) {
    return this._send(() => outgoing(message, 'message'))
  }

  /** @param {unknown} message */
  sendOneway(message) {
    return this._send(() => outgoing(message, 'message'), { isOneway: true })
  }

  /** @param {unknown} messages */
  async sendMany(messages) {
    return await this._sendMany(messages)
  }
}

/** Sends messages whose order counts, by their sharding keys. */
class OrderProducer extends Sender {
  /** @param {unknown} config */
  constructor(config) {
    super(config, 'ordered')
  }

  /**
   * @param {unknown} message
   * @param {unknown} [shardingKey] else the message's own
   */
  send(message, shardingKey) {
    return this._send(() => {
      const checked = outgoing(message, 'message')
      checked.shardingKey = optionalText(shardingKey, 'shardingKey') ?? checked.shardingKey
      return checked
    })
  }

  /** @param {unknown} messages */
  async sendMany(messages) {
    return await this._sendMany(messages)
  }
}

module.exports = { OrderProducer, Producer }
