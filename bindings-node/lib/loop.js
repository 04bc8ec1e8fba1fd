'use strict'

// What comes from the library's threads, on this thread's event loop: one wake-up, then all of it.

const { isMainThread } = require('node:worker_threads')
const native = require('./native.js')
const { errorOf } = require('./errors.js')
const log = require('./log.js')
const { SendResult } = require('./send_result.js')

/** @typedef {import('./native.js').Fault} Fault */
/** @typedef {(fault: Fault | null, value?: any) => void} Settle */

/** @type {Map<number, Settle>} */
const pending = new Map()
/** @type {Map<number, () => void>} what takes what waits at a client */
const clients = new Map()
let lastNumber = 0

const host = new native.Host(drain)
log.attach(host)

// A worker's clients shut down when it ends; the main thread ends with the process.
if (isMainThread) process.once('exit', native.processEnds)

// The native wake-up never keeps the loop alive; this does, while somebody holds it. It is the
// longest time that there is, not one that anything waits for.
const alive = setInterval(() => {}, 2 ** 31 - 1)
alive.unref()
let holders = 0

/** Keeps the process alive until the same number of `release`. */
function hold() {
  if (holders++ === 0) alive.ref()
}

function release() {
  if (--holders === 0) alive.unref()
}

function drain() {
  const { numbers, texts, begun, answers, told, settled, ready, lines } = host.drain()
  for (let at = 0; at < numbers.length; at += 3) {
    settle(numbers[at], null, new SendResult(numbers, texts, at))
  }
  for (const transaction of begun) settle(transaction.id, null, transaction)
  for (const { id, ...answer } of answers) settle(id, null, answer)
  for (const { id, text } of told) settle(id, null, text)
  for (const { id, fault } of settled) settle(id, fault ?? null)
  for (const number of ready) clients.get(number)?.()
  for (const line of lines) log.write(line)
}

/**
 * @param {number} id
 * @param {Fault | null} fault
 * @param {unknown} [value]
 */
function settle(id, fault, value) {
  const settle = pending.get(id)
  pending.delete(id)
  settle?.(fault, value)
}

/**
 * Numbers that nothing else has.
 * @param {number} count how many
 * @returns the first; the others follow, and after the last 32-bit number comes 0
 */
function take(count) {
  const first = lastNumber
  lastNumber = (lastNumber + count) >>> 0
  return first
}

/**
 * Begins something native, and answers what comes of it. The process lives as long.
 * @param {(id: number) => Fault | null | void} begin
 * @param {{ cause: unknown }} [why] what makes it fail, where it is known
 * @returns {Promise<any>}
 */
async function run(begin, why) {
  hold()
  const id = take(1)
  try {
    return await new Promise((resolve, reject) => {
      pending.set(id, (fault, value) => (fault === null ? resolve(value) : reject(fault)))
      const fault = begin(id)
      if (fault) settle(id, fault)
    })
  } catch (fault) {
    // Made here, where the stack leads to the caller.
    throw fault instanceof Error ? fault : errorOf(/** @type {Fault} */ (fault), why)
  } finally {
    pending.delete(id)
    release()
  }
}

/**
 * The same, but not waited for any longer once a signal is aborted; what was begun goes on.
 * @param {AbortSignal | undefined} signal
 * @param {(id: number) => Fault | null | void} begin of something that ends with a value
 * @returns {Promise<any>}
 */
async function runUntil(signal, begin) {
  signal?.throwIfAborted()
  let forget = () => {}
  try {
    const value = await run((id) => {
      forget = () => settle(id, null)
      signal?.addEventListener('abort', forget)
      return begin(id)
    })
    if (value === undefined) signal?.throwIfAborted()
    return value
  } finally {
    signal?.removeEventListener('abort', forget)
  }
}

/**
 * The same for many things whose numbers follow each other: each has a value, or an error.
 * @param {number} count
 * @param {(first: number) => Fault | null} begin
 * @returns {Promise<any[]>}
 */
function runMany(count, begin) {
  return run((id) => {
    const outcomes = new Array(count)
    const first = take(count)
    let missing = count
    for (let at = 0; at < count; at++) {
      pending.set((first + at) >>> 0, (fault, value) => {
        outcomes[at] = fault === null ? value : errorOf(fault)
        if (--missing === 0) settle(id, null, outcomes)
      })
    }
    const fault = count === 0 ? void settle(id, null, outcomes) : begin(first)
    if (fault) for (let at = 0; at < count; at++) pending.delete((first + at) >>> 0)
    return fault
  })
}

module.exports = { clients, hold, host, release, run, runMany, runUntil, take }
