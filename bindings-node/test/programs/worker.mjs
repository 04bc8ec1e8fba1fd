// What a worker does until it is terminated, or ends by itself.
import { parentPort, workerData } from 'node:worker_threads'
import { Action, Consumer, Producer, setLogger } from '../../index.mjs'
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

/** @type {Record<string, () => unknown>} */
const TASKS = {
  flow,
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
