'use strict'

const { check } = require('./errors.js')
const { optionalText, text } = require('./check.js')
const { run } = require('./loop.js')

/** @type {typeof Symbol.asyncDispose} */
const asyncDispose = Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')

/**
 * What producers and consumers have in common.
 * @template {import('./native.js').Client} N
 */
class Client {
  #mailbox

  /**
   * @param {N} native
   * @param {InstanceType<typeof import('./mailbox.js').Mailbox>} [mailbox] for what comes while it is started
   */
  constructor(native, mailbox) {
    this._native = native
    this.#mailbox = mailbox
    Object.defineProperty(this, '_native', { enumerable: false, writable: false })
  }

  /** @returns {Promise<void>} */
  async start() {
    this.#mailbox?.open()
    try {
      await run((id) => this._native.start(id))
    } catch (error) {
      if (!this.isStarted) this.#mailbox?.close()
      throw error
    }
  }

  /** @returns {Promise<void>} */
  async shutdown() {
    try {
      await run((id) => this._native.shutdown(id))
    } finally {
      this.#mailbox?.close()
    }
  }

  /** @param {any} credentials */
  setCredentials(credentials) {
    const { accessKey, secretKey, securityToken } = credentials ?? {}
    const token = optionalText(securityToken, 'securityToken')
    const keys = [text(accessKey, 'accessKey'), text(secretKey, 'secretKey')]
    check(this._native.setCredentials(keys[0], keys[1], token))
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
