'use strict'

const { describe, pairs, record } = require('../check.js')

/** @typedef {{ what: string, is: (value: unknown) => boolean }} Kind */

/** @param {unknown} value */
const isInteger = (value) => typeof value === 'bigint' || Number.isSafeInteger(value)
/** @param {unknown} value */
const isText = (value) => typeof value === 'string'

/** @type {Kind} */
const TEXT = { what: 'a string', is: isText }
/** @type {Kind} */
const INTEGER = { what: 'a whole number, a bigint where it is beyond 2 ** 53', is: isInteger }
/** @type {Kind} */
const BOOLEAN = { what: 'a boolean', is: (value) => typeof value === 'boolean' }
/** @type {Kind} An account's id, or its name. */
const USER = {
  what: `a string, or ${INTEGER.what}`,
  is: (value) => isText(value) || isInteger(value),
}

/**
 * What an operation takes is checked for its kind here, and for its value by the library.
 * @param {string} operation
 * @param {Record<string, Kind>} kinds by the names that are sent
 * @param {unknown} parameters
 * @returns {string[]} names and values by turns
 */
function typed(operation, kinds, parameters) {
  const given = record(parameters ?? {}, 'parameters', 'an object of parameters')
  const sent = new Map(Object.keys(kinds).map((name) => [argument(name), name]))
  return Object.entries(given).flatMap(([key, value]) => {
    const name = sent.get(key)
    if (name === undefined) {
      const known = [...sent.keys()].join(', ') || 'none'
      throw new TypeError(`parameters.${key} is unknown: ${operation} takes ${known}`)
    }
    if (value === undefined) return []
    const { is, what } = kinds[name]
    if (!is(value)) throw new TypeError(`parameters.${key} must be ${what}, not ${describe(value)}`)
    return [name, String(value)]
  })
}

/**
 * One name that is sent begins with a capital; its argument does not.
 * @param {string} name
 */
const argument = (name) => name[0].toLowerCase() + name.slice(1)

/**
 * Parameters of an operation that nothing is known of.
 * @param {unknown} parameters
 */
function raw(parameters) {
  const given = record(parameters ?? {}, 'parameters', 'an object of parameters')
  for (const [key, value] of Object.entries(given)) {
    if (Number.isInteger(value) && !isInteger(value)) {
      throw new TypeError(`parameters.${key} must be ${INTEGER.what}, not ${describe(value)}`)
    }
  }
  return pairs(given, 'parameters')
}

module.exports = { BOOLEAN, INTEGER, TEXT, USER, raw, typed }
