'use strict'

const { AsyncResource } = require('node:async_hooks')
const native = require('./native.js')
const log = require('./log.js')
const { Client } = require('./client.js')
const { callable, describe, pairs, text } = require('./check.js')
const { check, made } = require('./errors.js')
const { consumers, hold, host, release, take } = require('./loop.js')
const { Action } = require('./enums.js')
const { unpack } = require('./message.js')

/** @typedef {import('../index.js').ReceivedMessage} ReceivedMessage */

/** Messages that are given out before the event loop has its turn again. */
const TURN = 256

/** @typedef {{ call: (message: ReceivedMessage) => any, name: string, hasWarned: boolean }} Listener */

/**
 * Consumes messages as a member of a group.
 * @extends {Client<import('./native.js').Consumer>}
 */
class Consumer extends Client {
  #number
  /** @type {Map<string, Listener>} by topic */
  #listeners = new Map()
  #running = 0
  /** Whether messages may wait: no more is known until none was found. */
  #mayWait = false
  #isDue = false
  #isStopping = false

  /** @param {unknown} config */
  constructor(config) {
    const number = take(1)
    super(made(native.makeConsumer(host, number, pairs(config, 'config'))))
    this.#number = number
  }

  /**
   * @param {unknown} topic
   * @param {unknown} expression
   * @param {unknown} listener
   */
  subscribe(topic, expression, listener) {
    const name = text(topic, 'topic')
    const call = callable(listener, 'listener')
    check(this._native.subscribe(name, text(expression ?? '*', 'expression')))
    const known = call.name ? `listener \`${call.name}\`` : 'the listener'
    this.#listeners.set(name, {
      // Otherwise calls have the asynchronous context of whichever other call has just ended.
      call: AsyncResource.bind(call),
      name: `${known} of topic ${name}`,
      hasWarned: false,
    })
  }

  /** @param {unknown} topic */
  unsubscribe(topic) {
    const name = text(topic, 'topic')
    check(this._native.unsubscribe(name))
    this.#listeners.delete(name)
  }

  async start() {
    // From here on it is reachable, and keeps the process alive.
    this.#register()
    try {
      await super.start()
    } catch (error) {
      if (!this.isStarted) this.#unregister()
      throw error
    }
  }

  async shutdown() {
    this.#isStopping = true
    try {
      await super.shutdown()
    } finally {
      this.#unregister()
    }
  }

  #register() {
    if (consumers.has(this.#number)) return
    consumers.set(this.#number, () => this.#receive())
    hold()
  }

  #unregister() {
    if (consumers.delete(this.#number)) release()
  }

  /** Takes messages while listeners may be called, for one turn of the event loop. */
  #receive() {
    this.#isDue = false
    this.#mayWait = true
    let left = TURN
    while (left > 0 && !this.#isStopping) {
      const free = this._native.mostCalls - this.#running
      if (free <= 0) return
      const batch = this._native.receive(Math.min(free, left))
      if (batch === null) {
        this.#mayWait = false
        return
      }
      left -= batch.numbers.length / 8
      unpack(batch, (delivery, message) => this.#call(delivery, message))
    }
    this.#receiveSoon()
  }

  #receiveSoon() {
    if (!this.#mayWait || this.#isDue || this.#isStopping) return
    this.#isDue = true
    setImmediate(() => this.#receive())
  }

  /**
   * @param {number} delivery
   * @param {ReceivedMessage} message
   */
  #call(delivery, message) {
    const listener = this.#listeners.get(message.topic)
    // Unsubscribed while it waited.
    if (listener === undefined) return this._native.complete(delivery, false)
    this.#running++
    try {
      const { call } = listener
      const said = call(message)
      if (typeof said?.then !== 'function') return this.#complete(delivery, listener, said)
      said.then(
        (/** @type {unknown} */ said) => this.#completeLater(delivery, listener, said),
        (/** @type {unknown} */ error) => this.#fail(delivery, listener, error),
      )
    } catch (error) {
      this.#fail(delivery, listener, error)
    }
  }

  /**
   * @param {number} delivery
   * @param {Listener} listener
   * @param {unknown} said
   */
  #complete(delivery, listener, said) {
    if (said !== Action.CommitMessage && said !== Action.ReconsumeLater) saidNothing(listener, said)
    this.#running--
    this._native.complete(delivery, said === Action.CommitMessage)
  }

  /**
   * @param {number} delivery
   * @param {Listener} listener
   * @param {unknown} said
   */
  #completeLater(delivery, listener, said) {
    this.#complete(delivery, listener, said)
    this.#receiveSoon()
  }

  /**
   * @param {number} delivery
   * @param {Listener} listener
   * @param {unknown} error
   */
  #fail(delivery, listener, error) {
    const text = `${listener.name} failed, the message comes again later: ${log.describeError(error)}`
    log.warn(listener.name, text)
    this.#completeLater(delivery, listener, Action.ReconsumeLater)
  }
}

/**
 * A listener that says nothing may well have done its work: its author is told once.
 * @param {Listener} listener
 * @param {unknown} said
 */
function saidNothing(listener, said) {
  if (listener.hasWarned) return
  listener.hasWarned = true
  const text = `${listener.name} returned ${describe(said)}, the message comes again later: return Action.CommitMessage or Action.ReconsumeLater`
  log.warn(`${listener.name} said nothing`, text)
}

module.exports = { Consumer }
