'use strict'

const util = require('node:util')

/**
 * A value in the words of a message.
 * @param {unknown} value
 */
function describe(value) {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object') return `an object of class ${value.constructor?.name ?? 'Object'}`
  return `the ${typeof value} ${util.inspect(value, { maxStringLength: 40 })}`
}

/**
 * @param {unknown} value
 * @param {string} name what the caller knows it by
 * @param {string} [what] what it must be
 * @returns {string}
 */
function text(value, name, what = 'a string') {
  if (typeof value === 'string') return value
  throw new TypeError(`${name} must be ${what}, not ${describe(value)}`)
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {string | undefined}
 */
function optionalText(value, name) {
  return value === undefined || value === null ? undefined : text(value, name)
}

/**
 * A time in ms since 1970.
 * @param {unknown} value
 * @param {string} name
 * @returns {number | undefined}
 */
function optionalTime(value, name) {
  if (value === undefined || value === null) return undefined
  const time = value instanceof Date ? value.getTime() : value
  if (Number.isSafeInteger(time)) return /** @type {number} */ (time)
  const what = 'a Date or a whole number of ms since 1970'
  throw new TypeError(`${name} must be ${what}, not ${describe(value)}`)
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {number}
 */
function milliseconds(value, name) {
  if (typeof value === 'number' && value >= 0) return value
  throw new TypeError(`${name} must be a number from 0 on, not ${describe(value)}`)
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {string} what
 * @returns {Record<string, unknown>}
 */
function record(value, name, what) {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return /** @type {Record<string, unknown>} */ (value)
  }
  throw new TypeError(`${name} must be ${what}, not ${describe(value)}`)
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {(...args: any[]) => any}
 */
function callable(value, name) {
  if (typeof value === 'function') return /** @type {any} */ (value)
  throw new TypeError(`${name} must be a function, not ${describe(value)}`)
}

/**
 * Options as the native half takes them: names and values by turns. What is undefined is not given.
 * @param {unknown} options
 * @param {string} name
 */
function pairs(options, name) {
  const flat = []
  for (const [key, value] of Object.entries(record(options, name, 'an object of options'))) {
    if (value === undefined) continue
    if (!['string', 'number', 'boolean', 'bigint'].includes(typeof value)) {
      const what = 'a string, a number or a boolean'
      throw new TypeError(`${name}.${key} must be ${what}, not ${describe(value)}`)
    }
    flat.push(key, String(value))
  }
  return flat
}

/**
 * An object that has these members and no other.
 * @param {unknown} value
 * @param {string} name
 * @param {string} what
 * @param {string[]} members
 */
function onlyMembers(value, name, what, members) {
  const object = record(value, name, what)
  for (const member of Object.keys(object)) {
    if (members.includes(member)) continue
    throw new TypeError(`${name}.${member} is not known: ${members.join(', ')} are allowed`)
  }
  return object
}

module.exports = {
  callable,
  describe,
  milliseconds,
  onlyMembers,
  optionalText,
  optionalTime,
  pairs,
  record,
  text,
}
