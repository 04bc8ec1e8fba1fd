'use strict'

const { optionalText } = require('./check.js')
const { run } = require('./loop.js')
const { outgoing } = require('./message.js')
const { Sender } = require('./sender.js')

/** Sends messages. */
class Producer extends Sender {
  /** @param {unknown} config */
  constructor(config) {
    super(config, 'normal')
  }

  /** @param {unknown} message */
  async send(message) {
    const checked = outgoing(message, 'message')
    return await this._track(run((id) => this._native.send(id, checked)))
  }

  /** @param {unknown} message */
  async sendOneway(message) {
    const checked = outgoing(message, 'message')
    await this._track(run((id) => this._native.sendOneway(id, checked)))
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
  async send(message, shardingKey) {
    const checked = outgoing(message, 'message')
    checked.shardingKey = optionalText(shardingKey, 'shardingKey') ?? checked.shardingKey
    return await this._track(run((id) => this._native.send(id, checked)))
  }

  /** @param {unknown} messages */
  async sendMany(messages) {
    return await this._sendMany(messages)
  }
}

module.exports = { OrderProducer, Producer }
