'use strict'

const { randomUUID } = require('node:crypto')

/** Stands before the digits of an integer that a number does not hold; nobody else knows it. */
const MARK = `${randomUUID()}:`
/** Fewer digits always fit a number. */
const MANY_DIGITS = /\d{16}/
/** Strings, which are passed over, and numbers. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs

/** @param {string} token */
function marked(token) {
  const isExact = !/^-?\d+$/.test(token) || Number.isSafeInteger(Number(token))
  return isExact ? token : `"${MARK}${token}"`
}

/**
 * What JSON says, with every digit: an integer that a number does not hold is a bigint.
 * @param {string} text
 */
function parse(text) {
  if (!MANY_DIGITS.test(text)) return JSON.parse(text)
  return JSON.parse(text.replace(TOKENS, marked), (_, value) => {
    const isMarked = typeof value === 'string' && value.startsWith(MARK)
    return isMarked ? BigInt(value.slice(MARK.length)) : value
  })
}

module.exports = { parse }
