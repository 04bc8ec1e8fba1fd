// Clients for the time of a test, and what they receive.
import { EventEmitter, once } from 'node:events'
import { Action, Consumer, Producer } from '../../index.mjs'

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
  const producer = new Producer({ namesrvAddr, groupId: unique('GID_producer'), ...options })
  atEnd(t, () => producer.shutdown())
  await producer.start()
  return producer
}

/**
 * A consumer that is shut down when the test ends; not started yet.
 * @param {import('node:test').TestContext} t
 * @param {{ namesrvAddr: string }} server
 * @param {import('../../index.js').ClientConfig} [options]
 */
export function consumerOn(t, { namesrvAddr }, options = {}) {
  const consumer = new Consumer({ namesrvAddr, groupId: unique('GID_consumer'), ...options })
  atEnd(t, () => consumer.shutdown())
  return consumer
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
