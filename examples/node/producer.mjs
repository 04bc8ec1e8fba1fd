// Sends messages: one by one, many at once, and without waiting for the broker.
//
//     node producer.mjs NAMESRV_ADDR TOPIC
import { OnsClientError, Producer } from 'onsmq'

const [namesrvAddr, topic] = process.argv.slice(2)
if (!namesrvAddr || !topic) {
  console.error('usage: node producer.mjs NAMESRV_ADDR TOPIC')
  process.exit(2)
}
const producer = new Producer({
  namesrvAddr,
  groupId: 'GID_producer_node',
  sendMsgTimeoutMillis: 5000,
})
await producer.start()

try {
  const { messageId, queueId } = await producer.send({
    topic,
    body: JSON.stringify({ order: 42, state: 'created' }),
    tag: 'created',
    key: 'order-42',
    properties: { origin: 'examples/node' },
  })
  console.log(`stored ${messageId} in queue ${queueId}`)
} catch (error) {
  if (!(error instanceof OnsClientError)) throw error
  // What a real program does depends on the code, and on whether it is worth another try.
  console.error(`${error.codeName}: ${error.message}`)
  process.exitCode = 1
}

const many = Array.from({ length: 100 }, (_, at) => ({
  topic,
  body: `message ${at}`,
  tag: 'many',
}))
const outcomes = await producer.sendMany(many)
const failed = outcomes.filter((outcome) => outcome instanceof OnsClientError)
console.log(`stored ${outcomes.length - failed.length} of ${outcomes.length}`)

await producer.sendOneway({
  topic,
  body: 'nobody says whether this arrives',
  tag: 'one-way',
})
await producer.shutdown()
