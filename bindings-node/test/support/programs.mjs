// Programs in processes of their own.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** @param {string} name */
export function program(name) {
  return fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url))
}

/**
 * Runs Node to its end.
 * @param {string[]} args
 * @param {{ limitMs?: number, cwd?: string, env?: Record<string, string> }} [options] how long it
 * may take before it is killed, where, and what its environment has besides
 */
export async function run(args, { limitMs = 60_000, cwd, env } = {}) {
  const begin = performance.now()
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
    cwd,
    env: { ...process.env, ...env },
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  const [code, signal] = await new Promise((resolve) => {
    child.on('close', (code, signal) => resolve([code, signal]))
  })
  return { code, signal, stdout, stderr, tookMs: performance.now() - begin }
}

/** A program that prints `started`, then lines, until its input ends. */
export class Member {
  #child

  /**
   * @param {string[]} args
   * @param {(line: string) => void} onLine
   */
  constructor(args, onLine) {
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.started = new Promise((resolve, reject) => {
      this.#child.once('exit', (code) => reject(new Error(`it ended with ${code}`)))
      createInterface(this.#child.stdout).on('line', (line) => {
        if (line === 'started') resolve(undefined)
        else onLine(line)
      })
    })
  }

  /** Has it end, and answers its exit code. */
  async end() {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin.end()
    return await ended
  }

  /** Does what Ctrl-C does, and answers its exit code. */
  async interrupt() {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGINT')
    return await ended
  }

  kill() {
    this.#child.kill('SIGKILL')
  }
}
