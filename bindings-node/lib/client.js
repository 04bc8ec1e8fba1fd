'use strict'

const { run } = require('./loop.js')

/** @type {typeof Symbol.asyncDispose} */
const asyncDispose = Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')

/**
 * What producers and consumers have in common.
 * @template {import('./native.js').Client} N
 */
class Client {
  /** @param {N} native */
  constructor(native) {
    this._native = native
    Object.defineProperty(this, '_native', { enumerable: false, writable: false })
  }

  /** @returns {Promise<void>} */
  async start() {
    await run((id) => this._native.start(id))
  }

  /** @returns {Promise<void>} */
  async shutdown() {
    await run((id) => this._native.shutdown(id))
  }

  get isStarted() {
    return this._native.isStarted
  }

  get isClosed() {
    return this._native.isClosed
  }

  async [asyncDispose]() {
    await this.shutdown()
  }
}

module.exports = { Client, asyncDispose }
