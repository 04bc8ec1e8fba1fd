import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { program, run } from './support/programs.mjs'

const ROUNDS = Number(process.env.ONSMQ_TEST_ROUNDS ?? 50)
const AT_ONCE = 4
const LIMIT_MS = 20_000
/** What most rounds take less than: an end that waits for a time-out of the library's does not. */
let soonMs = 1500

/**
 * Checks how a program ends, many times.
 * @param {string} way
 * @param {{ code?: number, stdout?: string, stderr?: RegExp }} [expected]
 */
async function ends(way, { code = 0, stdout = '', stderr = /^$/ } = {}) {
  const round = async () => {
    const ended = await run([program('ends'), way], { limitMs: LIMIT_MS })
    took.push(ended.tookMs)
    return ended
  }
  /** @type {number[]} */
  const took = []
  for (let at = 0; at < ROUNDS; at += AT_ONCE) {
    const rounds = Math.min(AT_ONCE, ROUNDS - at)
    for (const ended of await Promise.all(Array.from({ length: rounds }, round))) {
      assert.deepEqual(
        { signal: ended.signal, code: ended.code, stdout: ended.stdout },
        { signal: null, code, stdout },
        ended.stderr,
      )
      assert.match(ended.stderr, stderr)
    }
  }
  const median = took.sort((a, b) => a - b)[took.length >> 1]
  assert.ok(median < soonMs, `${median} ms, where ${soonMs} are soon`)
}

/** A machine that has other things to do takes longer for everything. */
async function allowForTheMachine() {
  const round = () => run([program('ends'), 'nothing but loading'], { limitMs: LIMIT_MS })
  const ended = await Promise.all(Array.from({ length: AT_ONCE }, round))
  soonMs += 4 * Math.max(...ended.map(({ tookMs }) => tookMs))
}

const nobody = { code: 1, stderr: /Error: nobody catches this/ }

describe('a process', () => {
  before(allowForTheMachine)

  const exits = [
    'exit while messages come and go',
    'exit in a listener',
    'exit in a listener that has waited',
    'exit while a shutdown waits for a listener',
    'exit while messages are received and transactions run',
  ]
  for (const way of exits) it(`ends at once: ${way}`, () => ends(way))
  it('ends at once: exit while everything starts', () =>
    ends('exit while everything starts', { stderr: /^(onsmq WARN: cannot connect.*\n)*$/ }))
  it('ends at an exception that nobody catches', () =>
    ends('an exception that nobody catches', nobody))
  it('ends at a rejection that nobody handles', () =>
    ends('a rejection that nobody handles', nobody))

  const naturally = [
    'nothing left to do, a producer and a dev server running',
    'nothing left to do, producers of every kind running',
    'nothing left to do, clients that were never started',
    'nothing left to do after a clean shutdown',
  ]
  for (const way of naturally) it(`ends by itself: ${way}`, () => ends(way))
  it('ends by itself once its sends have', () =>
    ends('nothing left to do but sends, which end first', { stdout: 'all are stored\n' }))
  it('ends by itself once its transaction has', () =>
    ends('nothing left to do but a transaction, which ends first', { stdout: 'committed\n' }))
  it('ends by itself once its consumer is shut down while it receives', () =>
    ends('nothing left to do after a shutdown while receiving', { stdout: 'over\n' }))
  it('does not end while a consumer is started', () =>
    ends('a consumer that runs until it is told', { stdout: 'told\n' }))
})
