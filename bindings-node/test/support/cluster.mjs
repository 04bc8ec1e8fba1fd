// Real servers, by way of the tool onsmq-test-broker.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The program that starts brokers; others for tests are beside it. */
export function tool() {
  const target = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target')
  const path = process.env.ONSMQ_TEST_BROKER ?? resolve(target, 'debug/onsmq-test-broker')
  if (existsSync(path)) return path
  throw new Error(`${path} is missing: cargo build -p onsmq-tests --bin onsmq-test-broker`)
}

/** Name servers and brokers of a version. They end with this process at the latest. */
export class Cluster {
  #child
  #lines

  /** @param {import('node:child_process').ChildProcessByStdio<any, any, null>} child */
  constructor(child) {
    this.#child = child
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    this.namesrvAddr = ''
    /** @type {Record<string, any>} what the tool says of them */
    this.description = {}
  }

  /**
   * @param {string} version
   * @param {string[]} [args] more arguments of the tool
   */
  static async start(version, args = []) {
    const child = spawn(tool(), ['--version', version, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    // The tool stops its servers when its input ends, as it does when this process ends.
    for (const it of [child, child.stdin, child.stdout]) /** @type {any} */ (it).unref()
    const cluster = new Cluster(child)
    cluster.description = await cluster.#answer()
    cluster.namesrvAddr = cluster.description.namesrv_addr
    return cluster
  }

  /**
   * Has the tool do something.
   * @param {string} line
   */
  async command(line) {
    this.#child.stdin.write(`${line}\n`)
    const answer = await this.#answer()
    if (!answer.ok) throw new Error(`${line}: ${JSON.stringify(answer)}`)
    return answer
  }

  async #answer() {
    const alive = setInterval(() => {}, 1000)
    try {
      const { value, done } = await this.#lines.next()
      if (done) throw new Error('onsmq-test-broker ended: see what it wrote above')
      return JSON.parse(value)
    } finally {
      clearInterval(alive)
    }
  }

  async stop() {
    await this.command('stop')
  }
}
