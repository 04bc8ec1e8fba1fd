'use strict'

const native = require('./lib/native.js')
const { asyncDispose } = require('./lib/client.js')
const { check } = require('./lib/errors.js')
const { describe, pairs, record, text } = require('./lib/check.js')
const { host, run } = require('./lib/loop.js')

/** Options whose names carry a unit in JavaScript's way. */
const NATIVE_NAMES = new Map([
  ['retryDelayMs', 'retry_delay_millis'],
  ['checkBackDelayMs', 'check_back_delay_millis'],
  ['lockLifeMs', 'lock_life_millis'],
])

/**
 * The ones that run, which a program may forget: the garbage collector must not stop them.
 * @type {Set<DevServer>}
 */
const running = new Set()

/** A name server and brokers in this process and in memory; `testing.d.ts` says more. */
class DevServer {
  #server
  #namesrvAddr
  #consoleUrl
  #caFile

  /**
   * @param {native.DevServer} server one that runs
   * @param {{ console_url?: string, ca_file?: string }} info
   */
  constructor(server, info) {
    this.#server = server
    this.#namesrvAddr = server.namesrvAddr ?? ''
    this.#consoleUrl = info.console_url ?? undefined
    this.#caFile = info.ca_file ?? undefined
  }

  /** @param {unknown} [options] */
  static async start(options = {}) {
    const server = new native.DevServer(host)
    const named = pairs(withAccountsAsText(options), 'options').map((it, at) =>
      at % 2 ? it : (NATIVE_NAMES.get(it) ?? it),
    )
    await run((id) => server.start(id, named))
    const started = new DevServer(server, await control(server, 'info'))
    running.add(started)
    return started
  }

  get namesrvAddr() {
    return this.#namesrvAddr
  }

  get caFile() {
    return this.#caFile
  }

  get consoleUrl() {
    return this.#consoleUrl
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

  /** @param {unknown} command */
  async control(command) {
    return await control(this.#server, command)
  }

  /** @param {unknown} rule */
  async addFault(rule) {
    const { id } = await this.control({ add_fault: rule })
    return id
  }

  /** @param {unknown} id */
  async removeFault(id) {
    const { removed } = await this.control({ remove_fault: { id } })
    return removed
  }

  async clearFaults() {
    await this.control('clear_faults')
  }

  async faults() {
    return await this.control('faults')
  }

  /** @param {unknown} [filter] */
  async received(filter = {}) {
    const { count } = await this.control({ received: filter })
    return count
  }

  /** @param {unknown} [filter] */
  async counters(filter = {}) {
    return await this.control({ counters: filter })
  }

  async resetCounters() {
    await this.control('reset_counters')
  }

  async brokers() {
    const { brokers } = await this.control('info')
    return brokers
  }

  /** @param {unknown} broker */
  async killBroker(broker) {
    await this.control({ kill_broker: { broker } })
  }

  /**
   * @param {unknown} broker
   * @param {{ keepData?: boolean }} [options]
   */
  async restartBroker(broker, { keepData = true } = {}) {
    await this.control({ restart_broker: { broker, keep_data: keepData } })
  }

  /** @param {unknown} [group] */
  async expireLocks(group) {
    await this.control({ expire_locks: { group } })
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

/**
 * @param {unknown} options
 * @returns {Record<string, unknown>}
 */
function withAccountsAsText(options) {
  const { accounts, ...others } = record(options, 'options', 'an object of options')
  return { ...others, accounts: accounts && JSON.stringify(accounts) }
}

/**
 * @param {native.DevServer} server
 * @param {unknown} command
 * @returns {Promise<any>}
 */
async function control(server, command) {
  const answer = await run((id) => server.control(id, JSON.stringify(command)))
  if (answer === '') throw new Error('the dev server was stopped: start a new one')
  return JSON.parse(answer)
}

module.exports = { DevServer }
