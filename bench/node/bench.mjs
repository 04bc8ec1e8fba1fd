// The Node face, measured as bench/c measures C's: the same arguments, the same lines.

import { Action, BatchConsumer, Consumer, Producer } from '../../bindings-node/index.mjs'
import { Measurement } from './measurement.mjs'

const bench = new Measurement('onsmq')
const { text, messages, many, inFlight, body } = bench
const options = { namesrvAddr: text.address }
const message = () => ({ topic: text.topic, body })

async function producing(work) {
  const producer = new Producer(options)
  await producer.start()
  await producer.send(message())
  await work(producer)
  await producer.shutdown()
}

// So many messages are in flight as in bench/c: some rounds at once.
const rounds = (round) =>
  producing(async (producer) => {
    let left = messages / many
    const one = async () => {
      while (left-- > 0) await round(producer)
    }
    bench.begin()
    await Promise.all(Array.from({ length: inFlight / many }, one))
    bench.report()
  })

async function drain() {
  const size = Math.min(many, 32)
  const config = {
    ...options,
    groupId: text.group,
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    ...(size > 1 ? { consumeMessageBatchMaxSize: size } : {}),
  }
  const consumer = size > 1 ? new BatchConsumer(config) : new Consumer(config)
  let count = 0
  await new Promise((resolve, reject) => {
    consumer.subscribe(text.topic, '*', (received) => {
      if (count === 0) bench.begin()
      count += size > 1 ? received.length : 1
      if (count >= messages) resolve()
      return Action.CommitMessage
    })
    consumer.start().catch(reject)
  })
  bench.report()
  await consumer.shutdown()
}

const scenarios = {
  blocking: () => producing((producer) => bench.blocking(() => producer.send(message()))),
  many: () =>
    rounds(async (producer) => {
      const sent = await producer.sendMany(Array.from({ length: many }, message))
      const failed = sent.find((it) => it instanceof Error)
      if (failed) throw failed
    }),
  async: () =>
    rounds((producer) => Promise.all(Array.from({ length: many }, () => producer.send(message())))),
  drain,
}
await scenarios[text.scenario]()
