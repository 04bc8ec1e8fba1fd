'use strict'

const { typed } = require('./parameters.js')

/**
 * @typedef {(operation: string, parameters: string[], options: unknown)
 *   => Promise<import('../../openapi.js').OpenApiResult<any>>} Ask
 */

/** A section of the guide: a method for each of its operations, in `operations.js`. */
class Section {
  #ask

  /** @param {Ask} ask */
  constructor(ask) {
    this.#ask = ask
  }

  /**
   * @param {string} operation
   * @param {Record<string, import('./parameters.js').Kind>} kinds
   * @param {unknown} parameters
   * @param {unknown} options
   */
  async _ask(operation, kinds, parameters, options) {
    return await this.#ask(operation, typed(operation, kinds, parameters), options)
  }
}

module.exports = { Section }
