'use strict'

const native = require('./lib/native.js')
const { asyncDispose } = require('./lib/client.js')
const { check } = require('./lib/errors.js')
const { describe, pairs, text } = require('./lib/check.js')
const { host, run } = require('./lib/loop.js')

/** Options whose names carry a unit in JavaScript's way. */
const NATIVE_NAMES = new Map([['retryDelayMs', 'retry_delay_millis']])

/**
 * The ones that run, which a program may forget: the garbage collector must not stop them.
 * @type {Set<DevServer>}
 */
const running = new Set()

/** A name server and brokers in this process and in memory; `testing.d.ts` says more. */
class DevServer {
  #server
  #namesrvAddr

  /** @param {native.DevServer} server one that runs */
  constructor(server) {
    this.#server = server
    this.#namesrvAddr = server.namesrvAddr ?? ''
  }

  /** @param {unknown} [options] */
  static async start(options = {}) {
    const server = new native.DevServer(host)
    const named = pairs(options, 'options').map((it, at) =>
      at % 2 ? it : (NATIVE_NAMES.get(it) ?? it),
    )
    await run((id) => server.start(id, named))
    const started = new DevServer(server)
    running.add(started)
    return started
  }

  get namesrvAddr() {
    return this.#namesrvAddr
  }

  /**
   * @param {unknown} topic
   * @param {unknown} [queues]
   */
  async createTopic(topic, queues = 8) {
    if (!Number.isInteger(queues)) {
      throw new TypeError(`queues must be a whole number, not ${describe(queues)}`)
    }
    check(this.#server.createTopic(text(topic, 'topic'), /** @type {number} */ (queues)))
  }

  /** @returns {Promise<void>} */
  async stop() {
    running.delete(this)
    await run((id) => this.#server.stop(id))
  }

  async [asyncDispose]() {
    await this.stop()
  }
}

module.exports = { DevServer }
