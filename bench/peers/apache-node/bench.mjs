// Apache's Node package, through the proxy: the arguments and lines are those of bench/node.

import { ConsumeResult, Producer, PushConsumer } from 'rocketmq-client-nodejs'
import { Measurement } from '../../node/measurement.mjs'

// A consumer of a new group begins at the end of each queue once it has asked for the queue, so
// that this many have to come before a backlog can be made for it.
const WARM = 100

const bench = new Measurement('rocketmq-client-nodejs')
const { text, messages, many, body } = bench
const nothing = () => {}
const logger = { info: nothing, warn: nothing, error: console.error, debug: nothing }
const options = { endpoints: text.address, namespace: '', logger }
const message = () => ({ topic: text.topic, body })

async function producing(work) {
  const producer = new Producer({ ...options, topics: [text.topic] })
  await producer.startup()
  await producer.send(message())
  await work(producer)
  await producer.shutdown()
}

async function sendAll(producer) {
  for (let at = 0; at < messages; at += many) {
    await Promise.all(Array.from({ length: many }, () => producer.send(message())))
  }
}

// Until `wanted` messages have come; the measurement begins with the first.
async function consume(wanted, meanwhile, then) {
  let count = 0
  let over
  const all = new Promise((resolve) => (over = resolve))
  const consumer = new PushConsumer({
    ...options,
    consumerGroup: text.group,
    subscriptions: new Map([[text.topic, '*']]),
    messageListener: {
      async consume() {
        if (count === 0) bench.begin()
        count++
        if (count === wanted) over()
        return ConsumeResult.SUCCESS
      },
    },
  })
  await consumer.startup()
  while (count < wanted && meanwhile) await meanwhile()
  await all
  then()
  await consumer.shutdown()
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 20))

const scenarios = {
  blocking: () => producing((producer) => bench.blocking(() => producer.send(message()))),
  async: () =>
    producing(async (producer) => {
      bench.begin()
      await sendAll(producer)
      bench.report()
    }),
  drain: () =>
    producing(async (producer) => {
      await consume(WARM, () => producer.send(message()).then(pause), nothing)
      await sendAll(producer)
      await consume(messages, undefined, () => bench.report())
    }),
}
await scenarios[text.scenario]()
process.exit()
