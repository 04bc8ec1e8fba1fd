// collected.mjs NAMESRV_ADDR ROUNDS: clients in every state are left to the garbage collector, in
// any order. Prints how many threads are left over. Run with --expose-gc.
import { readdirSync } from 'node:fs'
import { Action, BatchConsumer, Consumer, OrderConsumer } from '../../index.mjs'
import { OrderProducer, Producer, TransactionProducer } from '../../index.mjs'
import { TransactionStatus } from '../../index.mjs'
import { DevServer } from '../../testing.mjs'

const [namesrvAddr, rounds] = [process.argv[2], Number(process.argv[3])]
const gc = /** @type {() => void} */ (globalThis.gc)
const threads = () => readdirSync('/proc/self/task').length
const config = { namesrvAddr, groupId: 'GID_collected' }
const message = { topic: 'collected', body: 'x' }

/** Sends something. */
async function producing() {
  const producer = new Producer(config)
  await producer.start()
  await producer.send(message)
}

/** @type {(() => unknown)[]} each leaves something behind */
const STATES = [
  () => new Producer(config),
  () => new Consumer(config).subscribe('collected', '*', () => Action.CommitMessage),
  () => new Producer(config).start(),
  () => new Producer(config).shutdown(),
  () => new Consumer(config).shutdown(),
  async () => {
    const producer = new Producer(config)
    await producer.start()
    await producer.send(message)
  },
  async () => {
    const producer = new Producer(config)
    await producer.start()
    // Not waited for: a send that was begun ends well though its producer is gone.
    const sends = Array.from({ length: 20 }, () => producer.send(message))
    return Promise.all(sends)
  },
  async () => {
    const consumer = new Consumer(config)
    await consumer.start()
    await consumer.shutdown()
  },
  () => new OrderProducer(config).start(),
  () => new OrderConsumer(config).subscribe('collected'),
  () => new BatchConsumer(config).subscribe('collected', '*', () => Action.CommitMessage),
  () => new TransactionProducer(config, () => TransactionStatus.Unknown),
  async () => {
    const unknown = () => TransactionStatus.Unknown
    const producer = new TransactionProducer(config, unknown)
    await producer.start()
    const sent = producer.send(message, unknown)
    await producer.shutdown()
    return sent.catch(() => {})
  },
  async () => {
    // What is received is not completed: it is not waited for.
    const options = { groupId: 'GID_collected_held', awaitTerminationMillisWhenShutdown: 10 }
    const consumer = new Consumer({ ...config, ...options })
    consumer.subscribe('collected')
    await consumer.start()
    const received = consumer.receive({ max: 8 })
    await producing()
    await received
    return consumer.shutdown()
  },
  async () => (await DevServer.start()).stop(),
]

await Promise.all([1, 2, 3, 4].map(() => import('node:fs/promises').then((fs) => fs.stat('/'))))
const first = threads()
/** A function of its own, so that nothing of a round is left on the stack. */
async function leave(/** @type {number} */ round) {
  const order = STATES.map((state, at) => ({ state, at: (at * 7 + round * 5) % STATES.length }))
  order.sort((a, b) => a.at - b.at)
  const begun = order.map(({ state }) => state())
  if (round % 2) gc()
  await Promise.all(begun)
}

for (let round = 0; round < rounds; round++) {
  await leave(round)
  gc()
}
for (let tries = 0; tries < 250 && threads() > first; tries++) {
  gc()
  await new Promise((resolve) => setTimeout(resolve, 20))
}
console.log(JSON.stringify({ leftOver: threads() - first }))
