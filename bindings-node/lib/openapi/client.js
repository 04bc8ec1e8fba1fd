'use strict'

const native = require('../native.js')
const { describe, pairs, record, text } = require('../check.js')
const { made } = require('../errors.js')
const { host, runUntil } = require('../loop.js')
const { Sections } = require('./operations.js')
const { raw } = require('./parameters.js')
const { OpenApiResult } = require('./result.js')

/** Asks a console; `openapi.d.ts` says more. */
class OpenApi extends Sections {
  #ask

  /** @param {unknown} config */
  constructor(config) {
    const ask = asker(made(native.makeOpenApi(host, pairs(config, 'config'))))
    super(ask)
    this.#ask = ask
  }

  /**
   * @param {unknown} operation
   * @param {unknown} [parameters]
   * @param {unknown} [options]
   */
  async call(operation, parameters, options) {
    return await this.#ask(text(operation, 'operation'), raw(parameters), options)
  }
}

/**
 * @param {native.OpenApi} client
 * @returns {import('./section.js').Ask}
 */
function asker(client) {
  return async (operation, parameters, options) => {
    const begin = (/** @type {number} */ id) => client.call(id, operation, parameters)
    return new OpenApiResult(await runUntil(signalOf(options), begin))
  }
}

/** @param {unknown} options */
function signalOf(options) {
  const { signal, ...others } = record(options ?? {}, 'options', 'an object of options')
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) {
    throw new TypeError(`options.${unknown} is unknown: there is options.signal`)
  }
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw new TypeError(`options.signal must be an AbortSignal, not ${describe(signal)}`)
}

module.exports = { OpenApi }
