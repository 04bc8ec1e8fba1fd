'use strict'

const { AsyncResource } = require('node:async_hooks')
const { Answers, nameOf } = require('./answers.js')
const { count, unpack } = require('./message.js')

/** @typedef {import('../index.js').ReceivedMessage} ReceivedMessage */
/** @typedef {{ call: (it: any) => any, answers: InstanceType<typeof Answers<string>> }} Listener */
/**
 * How a kind of consumer calls its listeners: whether with lists, what is done with when they
 * return `done`, and how else they may answer.
 * @typedef {{ lists: boolean, done: string, rules: ConstructorParameters<typeof Answers<string>>[1] }} Manner
 */

/** Messages that are given out before the event loop has its turn again. */
const TURN = 256

/** The listeners of a consumer, and their calls. */
class Listeners {
  #native
  #manner
  /** @type {Map<string, Listener>} by topic */
  #listeners = new Map()
  #running = 0
  /** Whether messages may wait: no more is known until none was found. */
  #mayWait = false
  #isReceiving = false
  #isDue = false
  #isStopping = false

  /**
   * @param {import('./native.js').Consumer} native
   * @param {Manner} manner
   */
  constructor(native, manner) {
    this.#native = native
    this.#manner = manner
  }

  /**
   * @param {string} topic
   * @param {(it: any) => any} listener
   */
  set(topic, listener) {
    this.#listeners.set(topic, {
      // Otherwise calls have the asynchronous context of whichever other call has just ended.
      call: AsyncResource.bind(listener),
      answers: new Answers(`${nameOf('listener', listener)} of topic ${topic}`, this.#manner.rules),
    })
  }

  /** @param {string} topic */
  delete(topic) {
    this.#listeners.delete(topic)
  }

  /** From now on nothing is taken. */
  stop() {
    this.#isStopping = true
  }

  /** Messages may wait. */
  wake() {
    this.#mayWait = true
    this.#receiveSoon()
  }

  /** Takes messages while listeners may be called, for one turn of the event loop. */
  receive() {
    this.#isDue = false
    this.#mayWait = true
    this.#isReceiving = true
    for (let left = TURN; left > 0 && !this.#isStopping;) {
      const free = this.#native.mostCalls - this.#running
      if (free <= 0) break
      const batch = this.#native.receive(Math.min(free, left))
      if (batch === null) {
        this.#mayWait = false
        break
      }
      left -= count(batch)
      this.#callWith(batch)
    }
    this.#isReceiving = false
    if (this.#native.mostCalls > this.#running) this.#receiveSoon()
  }

  #receiveSoon() {
    if (!this.#mayWait || this.#isDue || this.#isReceiving || this.#isStopping) return
    this.#isDue = true
    setImmediate(() => this.receive())
  }

  /** @param {import('./native.js').Batch} batch */
  #callWith(batch) {
    if (!this.#manner.lists) {
      return unpack(batch, (delivery, message) => this.#call(batch.topic, delivery, message))
    }
    /** @type {Map<number, ReceivedMessage[]>} */
    const lists = new Map()
    unpack(batch, (delivery, message) => {
      const list = lists.get(delivery)
      if (list === undefined) lists.set(delivery, [message])
      else list.push(message)
    })
    for (const [delivery, messages] of lists) this.#call(batch.topic, delivery, messages)
  }

  /**
   * @param {string} topic
   * @param {number} delivery
   * @param {ReceivedMessage | ReceivedMessage[]} it
   */
  #call(topic, delivery, it) {
    const listener = this.#listeners.get(topic)
    // Unsubscribed while it waited.
    if (listener === undefined) return this.#native.complete(delivery, false)
    this.#running++
    listener.answers.ask(listener.call, it, (said) => {
      this.#running--
      this.#native.complete(delivery, said === this.#manner.done)
      this.#receiveSoon()
    })
  }
}

module.exports = { Listeners }
