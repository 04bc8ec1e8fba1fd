// The servers that the behaviour suite runs on.
import { after, before, describe } from 'node:test'
import { DevServer } from '../../testing.mjs'
import { Cluster } from './cluster.mjs'

/** @typedef {{ namesrvAddr: string }} Running */

/** @type {Map<string, Promise<Running>>} one real server of a version for all tests of a process */
const shared = new Map()

/**
 * @param {string} version
 * @param {string} variable names a server that was started for all suites
 * @returns {Promise<Running>}
 */
function real(version, variable) {
  const namesrvAddr = process.env[variable]
  if (namesrvAddr) return Promise.resolve({ namesrvAddr })
  const running = shared.get(version) ?? Cluster.start(version)
  shared.set(version, running)
  return running
}

const DEV = {
  name: 'the dev server',
  /** @type {string | undefined} */
  version: undefined,
  start: () => DevServer.start({ retryDelayMs: 100 }),
  stop: (/** @type {any} */ server) => server.stop(),
}

const REAL = [
  ['4.9.7', 'ONSMQ_TEST_NAMESRV_4'],
  ['5.3.3', 'ONSMQ_TEST_NAMESRV_5'],
].map(([version, variable]) => ({
  name: version,
  version,
  start: () => real(version, variable),
  stop: async () => {},
}))

/** What `ONSMQ_TEST_SERVERS` names, such as `dev,5.3.3`; without it, all. */
const chosen = process.env.ONSMQ_TEST_SERVERS?.split(',')
export const SERVERS = [DEV, ...REAL].filter(
  ({ version }) => !chosen || chosen.includes(version ?? 'dev'),
)
export const REAL_SERVERS = SERVERS.filter(({ version }) => version !== undefined)

/**
 * Defines tests for each server.
 * @param {(server: Running) => void} define gets a server that runs once the tests do
 */
export function onEveryServer(define) {
  for (const { name, start, stop } of SERVERS) {
    describe(`on ${name}`, () => {
      const server = { namesrvAddr: '' }
      /** @type {Running} */
      let running
      before(async () => {
        running = await start()
        server.namesrvAddr = running.namesrvAddr
      })
      after(() => stop(running))
      define(server)
    })
  }
}
