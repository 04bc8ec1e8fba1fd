'use strict'

const native = require('./native.js')
const { Client } = require('./client.js')
const { callable, onlyMembers, pairs, text } = require('./check.js')
const { check, fault, made } = require('./errors.js')
const { host } = require('./loop.js')
const { Action, OrderAction } = require('./enums.js')
const { Listeners } = require('./listeners.js')
const { Mailbox } = require('./mailbox.js')
const { Receiver } = require('./receiver.js')

/** @typedef {'normal' | 'ordered' | 'batch'} Kind */

const AGAIN = {
  name: 'Action',
  values: Action.values,
  otherwise: Action.ReconsumeLater,
  consequence: 'the message comes again later',
}

/** @type {Record<Kind, import('./listeners.js').Manner>} */
const MANNERS = {
  normal: { lists: false, done: Action.CommitMessage, rules: AGAIN },
  ordered: {
    lists: false,
    done: OrderAction.Success,
    rules: {
      name: 'OrderAction',
      values: OrderAction.values,
      otherwise: OrderAction.Suspend,
      consequence: 'its queue is suspended and the message comes again',
    },
  },
  batch: {
    lists: true,
    done: Action.CommitMessage,
    rules: { ...AGAIN, consequence: 'the messages of the list come again later' },
  },
}

/**
 * What the kinds of consumers have in common. They differ in what comes at once, and in when the
 * next comes.
 * @extends {Client<import('./native.js').Consumer>}
 */
class AnyConsumer extends Client {
  #listeners
  #receiver
  /** @type {Map<string, boolean>} whether a topic has a listener */
  #topics = new Map()

  /**
   * @param {unknown} config
   * @param {Kind} kind
   */
  constructor(config, kind) {
    const mailbox = new Mailbox({ keepsAlive: true })
    const options = pairs(config, 'config')
    super(made(native.makeConsumer(host, mailbox.number, kind, options)), mailbox)
    this.#listeners = new Listeners(this._native, MANNERS[kind])
    this.#receiver = new Receiver(this._native)
    mailbox.onReady = () => this.#takeWhatWaits()
  }

  /**
   * @param {unknown} topic
   * @param {unknown} filter
   * @param {unknown} [listener]
   */
  subscribe(topic, filter, listener) {
    const name = text(topic, 'topic')
    const call = listener === undefined ? undefined : callable(listener, 'listener')
    this.#checkWay(name, call !== undefined)
    check(this.#subscribe(name, filter ?? '*'))
    this.#topics.set(name, call !== undefined)
    if (call === undefined) return this.#listeners.delete(name)
    this.#listeners.set(name, call)
    // It may wait since before, for a receiver.
    if (this.isStarted) this.#listeners.wake()
  }

  /** @param {unknown} topic */
  unsubscribe(topic) {
    const name = text(topic, 'topic')
    check(this._native.unsubscribe(name))
    this.#topics.delete(name)
    this.#listeners.delete(name)
  }

  async shutdown() {
    this.#listeners.stop()
    this.#receiver.stop()
    await super.shutdown()
  }

  get isStarted() {
    return super.isStarted && !this.#receiver.isStopped
  }

  get isClosed() {
    return super.isClosed || this.#receiver.isStopped
  }

  /**
   * @param {unknown} [options]
   * @returns {Promise<any[]>}
   */
  async receive(options = {}) {
    this.#checkReceives()
    return await this.#receiver.receive(options)
  }

  async *[Symbol.asyncIterator]() {
    while (!this.isClosed) yield* await this.receive()
  }

  /**
   * @param {string} topic
   * @param {unknown} filter
   */
  #subscribe(topic, filter) {
    if (typeof filter === 'string') return this._native.subscribe(topic, filter)
    const { sql } = onlyMembers(filter, 'expression', 'a string or { sql }', ['sql'])
    return this._native.subscribeSql(topic, text(sql, 'expression.sql'))
  }

  /**
   * Both would wait in one line, where what nobody receives holds up what has a listener.
   * @param {string} topic
   * @param {boolean} hasListener
   */
  #checkWay(topic, hasListener) {
    const isOther = (/** @type {[string, boolean]} */ [name, it]) =>
      name !== topic && it !== hasListener
    if (![...this.#topics].some(isOther)) return
    const text = `a consumer has listeners, or is received from: make another one for topic ${topic}`
    throw fault('INVALID_STATE', text)
  }

  #checkReceives() {
    if (this.isClosed) throw fault('CLOSED', 'the consumer was shut down: make a new one')
    if (!this.isStarted) throw fault('NOT_STARTED', 'the consumer is not started: call start first')
    if (![...this.#topics.values()].includes(true)) return
    const text = 'the messages go to listeners: subscribe without one in order to receive'
    throw fault('INVALID_STATE', text)
  }

  #takeWhatWaits() {
    if ([...this.#topics.values()].includes(false)) this.#receiver.wake()
    else this.#listeners.receive()
  }
}

/** Consumes messages as a member of a group, each on its own. */
class Consumer extends AnyConsumer {
  /** @param {unknown} config */
  constructor(config) {
    super(config, 'normal')
  }
}

/** Consumes the messages of each queue one by one, in their order. */
class OrderConsumer extends AnyConsumer {
  /** @param {unknown} config */
  constructor(config) {
    super(config, 'ordered')
  }
}

/** Consumes lists of messages. */
class BatchConsumer extends AnyConsumer {
  /** @param {unknown} config */
  constructor(config) {
    super(config, 'batch')
  }

  /**
   * @param {unknown} topic
   * @param {unknown} filter
   * @param {unknown} listener
   */
  subscribe(topic, filter, listener) {
    // Without one, `receive` of a consumer has several at once, and each is completed on its own.
    super.subscribe(topic, filter, callable(listener, 'listener'))
  }
}

module.exports = { BatchConsumer, Consumer, OrderConsumer }
