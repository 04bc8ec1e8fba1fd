// ends.mjs WAY: a program that ends in one of many ways, none of which is a clean shutdown.
import { Action, Consumer, OrderProducer, Producer } from '../../index.mjs'
import { TransactionProducer, TransactionStatus } from '../../index.mjs'
import { DevServer } from '../../testing.mjs'

const topic = 'ends'
const never = new Promise(() => {})

/** Messages pour into a listener, and replies go out of it. */
async function flow(/** @type {(producer: Producer) => unknown} */ listener) {
  const { namesrvAddr } = await DevServer.start({ retryDelayMs: 1 })
  const config = { namesrvAddr, groupId: 'GID_ends' }
  const [producer, consumer] = [new Producer(config), new Consumer(config)]
  consumer.subscribe(topic, '*', async () => {
    await listener(producer)
    producer.send({ topic, body: 'reply' }).catch(() => {})
    return Action.CommitMessage
  })
  await Promise.all([producer.start(), consumer.start()])
  for (let at = 0; at < 20; at++) {
    producer.sendMany(
      Array.from({ length: 100 }, () => ({ topic, body: 'x'.repeat(at * 100 + 1) })),
    )
  }
  return { producer, consumer, namesrvAddr }
}

/** @returns {Promise<void>} after some messages, each time after as many others */
function some() {
  const count = 1 + (process.pid % 200)
  return new Promise((resolve) => {
    let seen = 0
    flow(() => {
      if (++seen === count) resolve()
    })
  })
}

/** @type {Record<string, () => unknown>} */
const WAYS = {
  'nothing but loading': () => {},
  'exit while messages come and go': () => some().then(() => process.exit(0)),
  'exit in a listener': () => flow(() => process.exit(0)),
  'exit in a listener that has waited': () =>
    flow(async (producer) => {
      await producer.send({ topic, body: 'x' })
      process.exit(0)
    }),
  'exit while everything starts': () => {
    DevServer.start()
    const config = { namesrvAddr: '127.0.0.1:1', groupId: 'GID_ends' }
    const [producer, consumer] = [new Producer(config), new Consumer(config)]
    const send = () => producer.send({ topic, body: 'x' })
    producer
      .start()
      .then(send)
      .catch(() => {})
    consumer.subscribe(topic, '*', () => Action.CommitMessage)
    consumer.start().catch(() => {})
    setTimeout(() => process.exit(0), process.pid % 5)
  },
  'exit while a shutdown waits for a listener': async () => {
    const { consumer } = await flow(() => {
      consumer.shutdown()
      setImmediate(() => process.exit(0))
      return never
    })
  },
  'exit while messages are received and transactions run': async () => {
    const { namesrvAddr } = await DevServer.start()
    const config = { namesrvAddr, groupId: 'GID_ends' }
    const unknown = async () => TransactionStatus.Unknown
    const producer = new TransactionProducer(config, unknown)
    const consumer = new Consumer(config)
    consumer.subscribe(topic)
    await Promise.all([producer.start(), consumer.start()])
    const commit = async () => TransactionStatus.CommitTransaction
    for (let at = 0; at < 100; at++) {
      producer.send({ topic, body: 'x' }, at % 2 ? commit : unknown).catch(() => {})
    }
    const count = 1 + (process.pid % 20)
    for (let at = 0; at < count; at++) await consumer.receive()
    consumer.receive()
    process.exit(0)
  },
  'an exception that nobody catches': () =>
    some().then(() =>
      setImmediate(() => {
        throw new Error('nobody catches this')
      }),
    ),
  'a rejection that nobody handles': () =>
    some().then(() => Promise.reject(new Error('nobody catches this'))),
  'nothing left to do, a producer and a dev server running': async () => {
    const { namesrvAddr } = await DevServer.start()
    const producer = new Producer({ namesrvAddr })
    await producer.start()
    await producer.send({ topic, body: 'x' })
  },
  'nothing left to do, producers of every kind running': async () => {
    const { namesrvAddr } = await DevServer.start()
    const config = { namesrvAddr, groupId: 'GID_ends' }
    const unknown = () => TransactionStatus.Unknown
    const [ordered, transactional] = [
      new OrderProducer(config),
      new TransactionProducer(config, unknown),
    ]
    await Promise.all([ordered.start(), transactional.start()])
    await ordered.send({ topic, body: 'x' }, 'shard')
    await transactional.send({ topic, body: 'x' }, unknown)
  },
  'nothing left to do but a transaction, which ends first': async () => {
    const { namesrvAddr } = await DevServer.start()
    const commit = TransactionStatus.CommitTransaction
    const producer = new TransactionProducer({ namesrvAddr, groupId: 'GID_ends' }, () => commit)
    await producer.start()
    // Nothing but the transaction keeps the process alive meanwhile.
    const later = () => new Promise((resolve) => setTimeout(resolve, 50, commit).unref())
    producer.send({ topic, body: 'x' }, later).then(() => console.log('committed'))
  },
  'nothing left to do after a shutdown while receiving': async () => {
    const { namesrvAddr } = await DevServer.start()
    const consumer = new Consumer({ namesrvAddr, groupId: 'GID_ends' })
    consumer.subscribe(topic)
    await consumer.start()
    setTimeout(() => consumer.shutdown(), 20)
    for await (const message of consumer) message.commit()
    console.log('over')
  },
  'nothing left to do, clients that were never started': async () => {
    const config = { namesrvAddr: '127.0.0.1:1', groupId: 'GID_ends' }
    new Producer(config)
    new Consumer(config).subscribe(topic, '*', () => Action.CommitMessage)
  },
  'nothing left to do after a clean shutdown': async () => {
    const { producer, consumer } = await flow(() => {})
    await consumer.shutdown()
    await producer.shutdown()
  },
  'nothing left to do but sends, which end first': async () => {
    const { namesrvAddr } = await DevServer.start()
    const producer = new Producer({ namesrvAddr })
    await producer.start()
    let stored = 0
    const count = () => ++stored === 1000 && console.log('all are stored')
    for (let at = 0; at < 1000; at++) producer.send({ topic, body: 'x' }).then(count)
  },
  'a consumer that runs until it is told': async () => {
    const { namesrvAddr } = await DevServer.start()
    const consumer = new Consumer({ namesrvAddr, groupId: 'GID_ends' })
    consumer.subscribe(topic, '*', () => Action.CommitMessage)
    await consumer.start()
    const told = async () => {
      await consumer.shutdown()
      console.log('told')
    }
    // Only the consumer keeps the process alive until then.
    setTimeout(told, 50).unref()
  },
}

await WAYS[process.argv[2]]()
