import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { program, run } from './support/programs.mjs'
import { onEveryServer } from './support/servers.mjs'

/** With this, and one arena, memory is what is in use: neither allocator keeps much for later. */
const QUIET = ['--max-semi-space-size=1']

/** @param {string[]} args */
async function answerOf(args) {
  const ended = await run(['--expose-gc', ...QUIET, ...args], {
    limitMs: 300_000,
    env: { MALLOC_ARENA_MAX: '1' },
  })
  const { code, signal, stdout, stderr } = ended
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, stderr)
  return JSON.parse(stdout)
}

describe('clients', () => {
  onEveryServer((server) => {
    it('leave no memory, thread or socket behind in a hundred rounds', async (t) => {
      const { first, last, rss } = await answerOf([program('rounds'), server.namesrvAddr, '100'])
      t.diagnostic(`RSS after each ten rounds: ${rss.map(Math.round).join(' ')} MiB`)
      assert.deepEqual(last, first)
      const half = rss.length >> 1
      const [before, after] = [rss.slice(1, half), rss.slice(half)].map((it) => Math.max(...it))
      assert.ok(after - before < 6, `${rss.map(Math.round)} MiB`)
    })
  })
})

describe('the garbage collector', () => {
  onEveryServer((server) => {
    it('takes clients in every state and any order', async () => {
      const args = [program('collected'), server.namesrvAddr, '20']
      assert.deepEqual(await answerOf(args), { leftOver: 0 })
    })
  })
})
