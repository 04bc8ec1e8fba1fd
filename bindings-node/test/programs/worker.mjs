// What a worker does until it is terminated, or ends by itself.
import { parentPort, workerData } from 'node:worker_threads'
import { Action, BatchConsumer, Consumer, OrderAction, OrderConsumer } from '../../index.mjs'
import { OrderProducer, Producer, TransactionProducer } from '../../index.mjs'
import { TransactionStatus, setLogger } from '../../index.mjs'
import { DevServer } from '../../testing.mjs'

const { task, groupId, topic } = workerData
const say = (/** @type {unknown} */ it) => parentPort?.postMessage(it)

async function flow() {
  const namesrvAddr = workerData.namesrvAddr ?? (await DevServer.start()).namesrvAddr
  const config = { namesrvAddr, groupId }
  const [producer, consumer] = [new Producer(config), new Consumer(config)]
  let hasSaid = false
  consumer.subscribe(topic, '*', async (message) => {
    if (!hasSaid) say('running')
    hasSaid = true
    await producer.send({ topic, body: message.body })
    return Action.CommitMessage
  })
  await Promise.all([producer.start(), consumer.start()])
  const body = Buffer.alloc(10_000)
  await producer.sendMany(Array.from({ length: 200 }, () => ({ topic, body })))
  return { producer, consumer }
}

/** One of every kind of client, each with something in hand or under way. */
async function kinds() {
  const { namesrvAddr } = await DevServer.start()
  const config = { namesrvAddr, groupId, suspendTimeMillis: 10 }
  const of = (/** @type {string} */ kind) => ({ ...config, groupId: `${groupId}_${kind}` })
  const message = { topic, body: Buffer.alloc(1000) }
  const ordered = new OrderConsumer(of('ordered'))
  ordered.subscribe(topic, '*', async () => OrderAction.Suspend)
  const batch = new BatchConsumer({ ...of('batch'), consumeMessageBatchMaxSize: 8 })
  batch.subscribe(topic, '*', async () => Action.ReconsumeLater)
  const receiving = new Consumer(of('receiving'))
  receiving.subscribe(topic)
  const orders = new OrderProducer(config)
  const checker = async () => TransactionStatus.Unknown
  const transactions = new TransactionProducer(
    { ...config, checkImmunityTimeInSeconds: 1 },
    checker,
  )
  const clients = [ordered, batch, receiving, orders, transactions]
  await Promise.all(clients.map((it) => it.start()))
  const never = new Promise(() => {})
  transactions.send(message, () => /** @type {Promise<any>} */ (never))
  for (let at = 0; at < 200; at++) orders.send(message, `shard ${at % 7}`).catch(() => {})
  for (let at = 0; at < 20; at++) transactions.send(message, checker).catch(() => {})
  const held = [await receiving.receive({ max: 5 })]
  say('running')
  for await (const it of receiving) held.push([it])
}

/** @type {Record<string, () => unknown>} */
const TASKS = {
  flow,
  kinds,
  exit: async () => {
    await flow()
    process.exit(0)
  },
  idle: async () => {
    const producer = new Producer({ namesrvAddr: workerData.namesrvAddr })
    await producer.start()
    await producer.send({ topic, body: 'x' })
  },
  log: () => {
    setLogger((line) => say(line.text), 'debug')
    setInterval(() => {}, 1000)
    say('running')
  },
  round: async () => {
    const { namesrvAddr, count } = workerData
    const [producer, consumer] = [
      new Producer({ namesrvAddr }),
      new Consumer({ namesrvAddr, groupId }),
    ]
    let received = 0
    /** @type {Promise<void>} */
    const all = new Promise((resolve) => {
      consumer.subscribe(topic, '*', () => {
        if (++received === count) resolve()
        return Action.CommitMessage
      })
    })
    await Promise.all([producer.start(), consumer.start()])
    await producer.sendMany(Array.from({ length: count }, () => ({ topic, body: 'x' })))
    await all
    await Promise.all([producer.shutdown(), consumer.shutdown()])
    say(received)
  },
}

await TASKS[task]()
