'use strict'

const native = require('./native.js')
const { Client } = require('./client.js')
const { codeOf, errorOf, made } = require('./errors.js')
const { describe, pairs } = require('./check.js')
const { host, run, runMany } = require('./loop.js')
const { outgoing } = require('./message.js')

/** @typedef {import('./native.js').Fault} Fault */

/**
 * Sends messages.
 * @extends {Client<import('./native.js').Producer>}
 */
class Producer extends Client {
  /** @type {Set<Promise<unknown>>} */
  #inFlight = new Set()

  /** @param {unknown} config */
  constructor(config) {
    super(made(native.makeProducer(host, pairs(config, 'config'))))
  }

  /** @param {unknown} message */
  async send(message) {
    const checked = outgoing(message, 'message')
    return await this.#track(run((id) => this._native.send(id, checked)))
  }

  /** @param {unknown} message */
  async sendOneway(message) {
    const checked = outgoing(message, 'message')
    await this.#track(run((id) => this._native.sendOneway(id, checked)))
  }

  /** @param {unknown} messages */
  async sendMany(messages) {
    if (!Array.isArray(messages)) {
      throw new TypeError(`messages must be an array, not ${describe(messages)}`)
    }
    const checked = messages.map((message, at) => outgoing(message, `messages[${at}]`))
    const sent = runMany(checked.length, (first) => this._native.sendMany(first, checked))
    return await this.#track(sent)
  }

  /** @param {unknown} [timeoutMs] */
  async flush(timeoutMs) {
    const limit = timeoutMs === undefined ? undefined : milliseconds(timeoutMs)
    const begun = [...this.#inFlight]
    const done = Promise.allSettled(begun).then(() => true)
    if (limit === undefined || begun.length === 0 || (await within(done, limit)))
      return void (await done)
    throw flushTimedOut(begun.filter((sent) => this.#inFlight.has(sent)).length, limit)
  }

  /**
   * @template T
   * @param {Promise<T>} sent
   */
  async #track(sent) {
    this.#inFlight.add(sent)
    try {
      return await sent
    } finally {
      this.#inFlight.delete(sent)
    }
  }
}

/** @param {unknown} value */
function milliseconds(value) {
  if (typeof value === 'number' && value >= 0) return value
  throw new TypeError(`timeoutMs must be a number from 0 on, not ${describe(value)}`)
}

/**
 * Whether something comes about in time.
 * @param {Promise<boolean>} promise
 * @param {number} limitMs
 */
async function within(promise, limitMs) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const late = new Promise((resolve) => (timer = setTimeout(resolve, limitMs, false)))
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * @param {number} count
 * @param {number} limitMs
 */
function flushTimedOut(count, limitMs) {
  const message = `${count} sends were still in flight after ${limitMs} ms: each ends within SendMsgTimeoutMillis, so wait as long`
  return errorOf({ code: codeOf('TIMEOUT'), message, retriable: true })
}

module.exports = { Producer }
