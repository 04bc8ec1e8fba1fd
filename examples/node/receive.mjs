// Receiving without a listener: the program takes a message when it is ready for one.
//
//     node receive.mjs [NAMESRV_ADDR]
import { Consumer, Producer } from 'onsmq'
import { DevServer } from 'onsmq/testing'

const namesrvAddr = process.argv[2] ?? (await DevServer.start()).namesrvAddr
const config = { namesrvAddr, groupId: 'GID_receive_node' }
const topic = 'receive_node'

const consumer = new Consumer(config)
consumer.subscribe(topic, '*')
await consumer.start()
const producer = new Producer(config)
await producer.start()
await producer.sendMany(Array.from({ length: 20 }, (_, at) => ({ topic, body: `job ${at}` })))

// Up to ten at once, for which it waits at most 30 s.
let done = 0
while (done < 10) {
  for (const message of await consumer.receive({ max: 10 - done, timeoutMs: 30_000 })) {
    console.log(`received ${message.body}`)
    // Or message.reconsumeLater().
    message.commit()
    done++
  }
}

// One after another, until the consumer is shut down or the loop is left.
for await (const message of consumer) {
  console.log(`iterated ${message.body}`)
  message.commit()
  if (++done === 20) break
}

await producer.shutdown()
await consumer.shutdown()
