'use strict'

// What comes from the library's threads, on this thread's event loop: one wake-up, then all of it.

const { isMainThread } = require('node:worker_threads')
const native = require('./native.js')
const { errorOf } = require('./errors.js')
const log = require('./log.js')
const { NUMBERS, SendResult } = require('./send_result.js')

/** @typedef {import('./native.js').Fault} Fault */
/** @typedef {(fault: Fault | null, value?: any, at?: number) => void} Settle once, or for many things once for each: `at` is which one */

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
  const drained = host.drain()
  const { numbers, begun, answers, told, settled, ready, lines } = drained
  for (let at = 0; at * NUMBERS < numbers.length; at++) {
    const id = numbers[at * NUMBERS]
    pending.get(id)?.(null, new SendResult(drained, at), numbers[at * NUMBERS + 1])
  }
  for (const transaction of begun) pending.get(transaction.id)?.(null, transaction)
  for (const { id, ...answer } of answers) pending.get(id)?.(null, answer)
  for (const { id, text } of told) pending.get(id)?.(null, text)
  for (const { id, at, fault } of settled) pending.get(id)?.(fault ?? null, undefined, at)
  for (const number of ready) clients.get(number)?.()
  for (const line of lines) log.write(line)
}

/** A number that nothing else has. After the last one of 32 bits comes 0. */
function take() {
  lastNumber = (lastNumber + 1) >>> 0
  return lastNumber
}

/**
 * Begins something native, and answers what comes of it. The process lives as long.
 * @param {(id: number) => Fault | null | void} begin
 * @param {{ cause: unknown }} [why] what makes it fail, where it is known
 * @returns {Promise<any>}
 */
async function run(begin, why) {
  hold()
  const id = take()
  try {
    return await new Promise((resolve, reject) => {
      pending.set(id, (fault, value) => (fault === null ? resolve(value) : reject(fault)))
      const fault = begin(id)
      if (fault) reject(fault)
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
      forget = () => pending.get(id)?.(null)
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
 * The same for many things that come to their ends one by one: each has a value, or an error.
 * @param {number} count
 * @param {(id: number) => Fault | null} begin
 * @returns {Promise<any[]>}
 */
function runMany(count, begin) {
  return run((id) => {
    const all = /** @type {Settle} */ (pending.get(id))
    const outcomes = new Array(count)
    let missing = count
    if (count === 0) return all(null, outcomes)
    pending.set(id, (fault, value, at = 0) => {
      outcomes[at] = fault === null ? value : errorOf(fault)
      if (--missing === 0) all(null, outcomes)
    })
    return begin(id)
  })
}

/**
 * Begins many things, and has `settle` called with the end of each until it answers that none is
 * missing. The process lives as long.
 * @param {(id: number) => void} begin
 * @param {(...end: Parameters<Settle>) => number} settle
 */
function runEach(begin, settle) {
  hold()
  const id = take()
  const end = () => {
    pending.delete(id)
    release()
  }
  pending.set(id, (fault, value, at) => {
    if (settle(fault, value, at) === 0) end()
  })
  try {
    begin(id)
  } catch (error) {
    end()
    throw error
  }
}

module.exports = { clients, hold, host, release, run, runEach, runMany, runUntil, take }
