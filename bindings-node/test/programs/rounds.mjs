// rounds.mjs NAMESRV_ADDR ROUNDS: clients are made, started, used and shut down, again and again.
// Prints what the process has after each tenth of them. Run with --expose-gc.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { Action, Consumer, Producer } from '../../index.mjs'
import { TransactionProducer, TransactionStatus } from '../../index.mjs'

const [namesrvAddr, rounds] = [process.argv[2], Number(process.argv[3])]
const gc = /** @type {() => void} */ (globalThis.gc)

function counts() {
  const fds = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      // The one that the folder was read with.
      return ''
    }
  })
  return {
    threads: readdirSync('/proc/self/task').length,
    sockets: fds.filter((link) => link.startsWith('socket:')).length,
  }
}

function rssMiB() {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return Number(kib) / 1024
}

/**
 * Messages of transactions, which are received without a listener.
 * @param {number} index
 */
async function receive(index) {
  const topic = `received_${process.pid}`
  const config = { namesrvAddr, groupId: `GID_received_${process.pid}` }
  const commit = async () => TransactionStatus.CommitTransaction
  const producer = new TransactionProducer(config, commit)
  const consumer = new Consumer(config)
  consumer.subscribe(topic)
  await Promise.all([producer.start(), consumer.start()])
  const message = { topic, body: Buffer.alloc(20_000, index), key: `key-${index}` }
  for (let at = 0; at < 5; at++) await producer.send(message, commit)
  await producer.send(message, () => Promise.reject(new Error('failed'))).catch(() => {})
  for (let received = 0; received < 5;) {
    for (const message of await consumer.receive({ max: 3, timeoutMs: 30_000 })) {
      message.commit()
      if (message.key === `key-${index}`) received++
    }
  }
  await consumer.receive({ timeoutMs: 1 })
  await Promise.all([producer.shutdown(), consumer.shutdown()])
}

/** @param {number} index */
async function round(index) {
  const topic = `rounds_${process.pid}`
  const producer = new Producer({ namesrvAddr })
  const consumer = new Consumer({ namesrvAddr, groupId: `GID_rounds_${process.pid}` })
  await producer.start()
  let received = 0
  /** @type {Promise<void>} */
  const all = new Promise((resolve) => {
    consumer.subscribe(topic, '*', async (message) => {
      if (message.key !== `key-${index}`) return Action.CommitMessage
      if (++received === 100) resolve()
      return Action.CommitMessage
    })
  })
  await consumer.start()
  const body = Buffer.alloc(20_000, index)
  const message = { topic, body, key: `key-${index}`, properties: { index: String(index) } }
  await producer.sendMany(Array(90).fill(message))
  await Promise.all(Array.from({ length: 10 }, () => producer.send(message)))
  await producer.send({ topic, body: '' }).catch(() => {})
  await all
  await Promise.all([producer.shutdown(), consumer.shutdown()])
  await receive(index)
}

/** Waits until what ends in the background has ended. */
async function settled(/** @type {ReturnType<typeof counts>} */ first) {
  for (let tries = 0; tries < 250; tries++) {
    const { threads, sockets } = counts()
    if (threads <= first.threads && sockets <= first.sockets) break
    gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return counts()
}

// Node makes the threads of its pool when they are needed first.
await Promise.all([1, 2, 3, 4].map(() => import('node:fs/promises').then((fs) => fs.stat('/'))))
const first = counts()
const rss = []
for (let index = 1; index <= rounds; index++) {
  await round(index)
  if (index % Math.ceil(rounds / 10) === 0) {
    gc()
    await new Promise((resolve) => setImmediate(resolve))
    gc()
    rss.push(rssMiB())
  }
}
console.log(JSON.stringify({ first, last: await settled(first), rss }))
