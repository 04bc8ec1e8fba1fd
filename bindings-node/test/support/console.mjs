// The console of the Open API that tests/console/console.py is.
import { spawn, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { OpenApi } from '../../openapi.mjs'
import json from '../../lib/openapi/json.js'

const folder = fileURLToPath(new URL('../../../tests/console', import.meta.url))

export const ACCESS_KEY = 'TestAK'
export const SECRET_KEY = 'TestSecret/+=0123456789'

/** @typedef {{ operation: string, parameters: Record<string, string> }} Seen */

/** A running console. It ends with this process, too. */
export class Console {
  #process
  endpoint = ''

  /** @param {string[]} [options] */
  constructor(options = []) {
    this.#process = spawn('python3', [`${folder}/console.py`, ...options], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
  }

  /** @param {string[]} [options] */
  static async start(options) {
    const console = new Console(options)
    const [line] = await once(createInterface(console.#process.stdout), 'line')
    console.endpoint = JSON.parse(line).endpoint
    return console
  }

  async stop() {
    const ended = once(this.#process, 'exit')
    this.#process.stdin.end()
    await ended
  }

  /**
   * What a client is configured with that is to meet `setting`, such as `/run/7/shape/text`.
   * @param {string} [setting]
   */
  config(setting = '') {
    return {
      endpoint: `${this.endpoint}${setting}`,
      accessKey: ACCESS_KEY,
      secretKey: SECRET_KEY,
    }
  }

  /**
   * @param {string} [setting]
   * @param {import('../../index.js').ClientConfig} [more]
   */
  client(setting, more) {
    return new OpenApi({ ...this.config(setting), ...more })
  }

  /**
   * The requests of a run.
   * @param {string} run
   * @returns {Promise<Seen[]>}
   */
  async seen(run) {
    const request = get(`${this.endpoint}/seen/${run}`, { agent: false })
    const [response] = await once(request, 'response')
    return JSON.parse(await text(response))
  }
}

/** Prints what the console tells in answer to requests. */
const EXAMPLES = `
import json, sys
from console import example
for it in json.load(sys.stdin):
    print(json.dumps(example(it["operation"], it["parameters"])))
`

/**
 * What the console tells in answer to requests, by its own code.
 * @param {Seen[]} seen
 * @returns {any[]}
 */
export function examples(seen) {
  const input = JSON.stringify(seen)
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' }
  const told = execFileSync('python3', ['-c', EXAMPLES], {
    cwd: folder,
    encoding: 'utf8',
    env,
    input,
  })
  return told.trim().split('\n').map(json.parse)
}
