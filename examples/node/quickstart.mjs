// A message goes from a producer to a consumer.
//
//     node quickstart.mjs [NAMESRV_ADDR]
//
// Without an address it starts the embedded dev server, so that nothing else is needed.
import { Action, Consumer, Producer } from 'onsmq'
import { DevServer } from 'onsmq/testing'

const namesrvAddr = process.argv[2] ?? (await DevServer.start()).namesrvAddr
const config = { namesrvAddr, groupId: 'GID_quickstart_node' }

const consumer = new Consumer(config)
const received = new Promise((resolve) => {
  consumer.subscribe('quickstart_node', '*', async (message) => {
    console.log(`received  ${message.messageId}  "${message.body}"`)
    resolve(message)
    return Action.CommitMessage
  })
})
await consumer.start()

const producer = new Producer(config)
await producer.start()
const { messageId } = await producer.send({
  topic: 'quickstart_node',
  body: 'hello from Node',
  tag: 'greeting',
  key: 'key-1',
})
console.log(`sent      ${messageId}`)
await received

await producer.shutdown()
await consumer.shutdown()
