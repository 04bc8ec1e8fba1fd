// A timed message is delivered at its time, not before.
//
//     node delayed.mjs [NAMESRV_ADDR]
import { Action, Consumer, Producer } from 'onsmq'
import { DevServer } from 'onsmq/testing'

const namesrvAddr = process.argv[2] ?? (await DevServer.start()).namesrvAddr
const config = { namesrvAddr, groupId: 'GID_delayed_node' }
const topic = 'delayed_node'

const consumer = new Consumer(config)
const received = new Promise((resolve) => {
  consumer.subscribe(topic, '*', async (message) => {
    const late = Date.now() - (message.startDeliverTime ?? 0)
    console.log(`received ${message.body}, ${late} ms after its time`)
    resolve(message)
    return Action.CommitMessage
  })
})
await consumer.start()

// Brokers of 4.x have a number of delays, of which 5 s is one. Another one is refused, unless the
// nearest will do.
const producer = new Producer({ ...config, timedMessageFallback: 'NEAREST' })
await producer.start()
const startDeliverTime = new Date(Date.now() + 5000)
await producer.send({ topic, body: 'a reminder', startDeliverTime })
console.log('sent')
await received

await producer.shutdown()
await consumer.shutdown()
