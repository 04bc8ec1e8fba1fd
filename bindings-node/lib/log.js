'use strict'

const native = require('./native.js')
const { check } = require('./errors.js')
const { describe } = require('./check.js')

const LEVELS = ['off', 'error', 'warn', 'info', 'debug', 'trace']
const WARN = 2
/** As the library does it, so that a listener that always fails floods nobody. */
const WINDOW_MS = 60_000
const MOST_IN_WINDOW = 10

/** @type {import('./native.js').Host | undefined} */
let host
/** @type {((line: { level: string, target: string, text: string }) => void) | null} */
let logger = null
let from = WARN
/** @type {Map<string, { since: number, written: number, leftOut: number }>} */
const kinds = new Map()

/**
 * Sends the log of the process to a callback, or with `null` back to standard error.
 * @param {typeof logger} callback
 * @param {string} level
 */
function setLogger(callback, level = 'warn') {
  if (callback !== null && typeof callback !== 'function') {
    throw new TypeError(`callback must be a function or null, not ${describe(callback)}`)
  }
  const number = LEVELS.indexOf(level)
  if (number < 1) {
    const allowed = LEVELS.slice(1).join(', ')
    throw new TypeError(`level must be one of ${allowed}, not ${describe(level)}`)
  }
  check(callback === null || !host ? native.releaseLog(number) : native.takeLog(host, number))
  logger = callback
  from = number
}

/** @param {import('./native.js').Line} line */
function write({ level, target, text }) {
  if (level > from) return
  if (logger === null) return toStderr(level, text)
  try {
    logger({ level: LEVELS[level], target, text })
  } catch (error) {
    toStderr(WARN, `the logger failed: ${describeError(error)}`)
  }
}

/**
 * @param {number} level
 * @param {string} text
 */
function toStderr(level, text) {
  process.stderr.write(`onsmq ${LEVELS[level].toUpperCase()}: ${text}\n`)
}

/**
 * A warning of this half, at most ten of a kind a minute.
 * @param {string} kind
 * @param {string} text
 */
function warn(kind, text) {
  const leftOut = admit(kind, performance.now())
  if (leftOut < 0) return
  const more = leftOut > 0 ? ` (${leftOut} more like this in the last minute)` : ''
  write({ level: WARN, target: 'onsmq::node', text: text + more })
}

/**
 * Whether a line is written now: how many were left out before it, or -1.
 * @param {string} kind
 * @param {number} now
 */
function admit(kind, now) {
  const before = kinds.get(kind)
  if (before === undefined || now - before.since >= WINDOW_MS) {
    kinds.set(kind, { since: now, written: 1, leftOut: 0 })
    return before?.leftOut ?? 0
  }
  if (before.written === MOST_IN_WINDOW) {
    before.leftOut++
    return -1
  }
  before.written++
  return 0
}

/** @param {unknown} error */
function describeError(error) {
  return error instanceof Error ? (error.stack ?? error.message) : describe(error)
}

/** @param {import('./native.js').Host} it */
function attach(it) {
  host = it
}

module.exports = { attach, describeError, setLogger, warn, write }
