// An SQL filter chooses messages by their properties. A broker needs enablePropertyFilter=true.
//
//     node sql_filter.mjs [NAMESRV_ADDR]
import { Action, Consumer, Producer } from 'onsmq'
import { DevServer } from 'onsmq/testing'

const namesrvAddr = process.argv[2] ?? (await DevServer.start()).namesrvAddr
const config = { namesrvAddr, groupId: 'GID_sql_filter_node' }
const topic = 'sql_filter_node'

const producer = new Producer(config)
await producer.start()
const consumer = new Consumer(config)
const received = new Promise((resolve) => {
  const sql = "amount > 100 AND region = 'north'"
  consumer.subscribe(topic, { sql }, async (message) => {
    const { amount, region } = message.properties
    console.log(`received ${amount} from the ${region}`)
    resolve(message)
    return Action.CommitMessage
  })
})
await consumer.start()

for (const region of ['south', 'north']) {
  for (const amount of ['50', '500']) {
    await producer.send({ topic, body: 'x', properties: { amount, region } })
  }
}
await received

await producer.shutdown()
await consumer.shutdown()
