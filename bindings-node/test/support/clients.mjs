// Clients for the time of a test, and what they receive.
import { EventEmitter, once } from 'node:events'
import { Action, BatchConsumer, Consumer, OrderConsumer } from '../../index.mjs'
import { OrderProducer, Producer, TransactionProducer, setLogger } from '../../index.mjs'

let count = 0

/**
 * A name for a topic or group that no other test, process or run has.
 * @param {string} name
 */
export function unique(name) {
  return `${name}_${Date.now().toString(16)}_${process.pid}_${count++}`
}

/** @type {WeakMap<import('node:test').TestContext, (() => unknown)[]>} */
const ends = new WeakMap()

/**
 * Has something done when a test ends: the last first, so that clients go before their servers.
 * @param {import('node:test').TestContext} t
 * @param {() => unknown} end
 */
export function atEnd(t, end) {
  const known = ends.get(t)
  if (known) return void known.push(end)
  const list = [end]
  ends.set(t, list)
  t.after(async () => {
    for (const end of list.reverse()) await end()
  })
}

/**
 * A producer that runs until the test ends.
 * @param {import('node:test').TestContext} t
 * @param {{ namesrvAddr: string }} server
 * @param {import('../../index.js').ClientConfig} [options]
 */
export async function producerOn(t, { namesrvAddr }, options = {}) {
  return started(t, new Producer({ namesrvAddr, groupId: unique('GID_producer'), ...options }))
}

/**
 * The same of ordered messages.
 * @param {import('node:test').TestContext} t
 * @param {{ namesrvAddr: string }} server
 * @param {import('../../index.js').ClientConfig} [options]
 */
export async function orderProducerOn(t, { namesrvAddr }, options = {}) {
  return started(t, new OrderProducer({ namesrvAddr, groupId: unique('GID_producer'), ...options }))
}

/**
 * The same of transactions.
 * @param {import('node:test').TestContext} t
 * @param {{ namesrvAddr: string }} server
 * @param {import('../../index.js').Checker} checker
 * @param {import('../../index.js').ClientConfig} [options]
 */
export async function transactionProducerOn(t, { namesrvAddr }, checker, options = {}) {
  const config = { namesrvAddr, groupId: unique('GID_transactions'), ...options }
  return started(t, new TransactionProducer(config, checker))
}

/**
 * Starts a client, and has it shut down when the test ends.
 * @template {{ start(): Promise<void>, shutdown(): Promise<void> }} T
 * @param {import('node:test').TestContext} t
 * @param {T} client
 */
async function started(t, client) {
  atEnd(t, () => client.shutdown())
  await client.start()
  return client
}

/**
 * A consumer that is shut down when the test ends; not started yet.
 * @param {import('node:test').TestContext} t
 * @param {{ namesrvAddr: string }} server
 * @param {import('../../index.js').ClientConfig} [options]
 */
export function consumerOn(t, { namesrvAddr }, options = {}) {
  return ending(t, new Consumer({ namesrvAddr, groupId: unique('GID_consumer'), ...options }))
}

/**
 * The same of ordered messages.
 * @param {import('node:test').TestContext} t
 * @param {{ namesrvAddr: string }} server
 * @param {import('../../index.js').ClientConfig} [options]
 */
export function orderConsumerOn(t, { namesrvAddr }, options = {}) {
  return ending(t, new OrderConsumer({ namesrvAddr, groupId: unique('GID_ordered'), ...options }))
}

/**
 * The same of lists.
 * @param {import('node:test').TestContext} t
 * @param {{ namesrvAddr: string }} server
 * @param {import('../../index.js').ClientConfig} [options]
 */
export function batchConsumerOn(t, { namesrvAddr }, options = {}) {
  return ending(t, new BatchConsumer({ namesrvAddr, groupId: unique('GID_batch'), ...options }))
}

/**
 * @template {{ shutdown(): Promise<void> }} T
 * @param {import('node:test').TestContext} t
 * @param {T} client
 */
function ending(t, client) {
  atEnd(t, () => client.shutdown())
  return client
}

/**
 * Keeps the log for the time of a test.
 * @param {import('node:test').TestContext} t
 */
export function keepLog(t) {
  /** @type {import('../../index.js').LogLine[]} */
  const lines = []
  setLogger((line) => lines.push(line), 'warn')
  atEnd(t, () => setLogger(null))
  return lines
}

/**
 * How many lines of a log have such words.
 * @param {import('../../index.js').LogLine[]} lines
 * @param {RegExp} words
 */
export function countOf(lines, words) {
  return lines.filter(({ text }) => words.test(text)).length
}

/** Takes messages, and can be waited for. */
export class Collector extends EventEmitter {
  /** @type {import('../../index.js').ReceivedMessage[]} */
  messages = []

  /** A listener that commits. */
  listener = async (/** @type {import('../../index.js').ReceivedMessage} */ message) => {
    this.add(message)
    return Action.CommitMessage
  }

  /** @param {import('../../index.js').ReceivedMessage} message */
  add(message) {
    this.messages.push(message)
    this.emit('message', message)
  }

  /**
   * Waits until so many messages have come.
   * @param {number} count
   */
  async has(count) {
    await this.until(`${count} messages`, () => this.messages.length >= count)
  }

  /**
   * Waits until something holds of the messages that have come.
   * @param {string} what
   * @param {() => boolean} condition
   */
  async until(what, condition) {
    const signal = AbortSignal.timeout(90_000)
    while (!condition()) {
      await once(this, 'message', { signal }).catch((cause) => {
        throw new Error(`waited for ${what}, have ${this.messages.length} messages`, { cause })
      })
    }
  }
}

/**
 * Waits until something holds that nothing tells of.
 * @param {string} what
 * @param {() => unknown} condition
 */
export async function eventually(what, condition) {
  const deadline = Date.now() + 30_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within 30 s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
