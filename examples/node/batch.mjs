// A listener that gets lists of messages, as databases like them.
//
//     node batch.mjs [NAMESRV_ADDR]
import { Action, BatchConsumer, Producer } from 'onsmq'
import { DevServer } from 'onsmq/testing'

const namesrvAddr = process.argv[2] ?? (await DevServer.start()).namesrvAddr
const config = { namesrvAddr, groupId: 'GID_batch_node' }
const topic = 'batch_node'

const consumer = new BatchConsumer({ ...config, consumeMessageBatchMaxSize: 32 })
let missing = 100
const all = new Promise((resolve) => {
  consumer.subscribe(topic, '*', async (messages) => {
    console.log(`a list of ${messages.length}`)
    missing -= messages.length
    if (missing <= 0) resolve(missing)
    // Counts for all of the list.
    return Action.CommitMessage
  })
})
await consumer.start()

const producer = new Producer(config)
await producer.start()
await producer.sendMany(Array.from({ length: 100 }, (_, at) => ({ topic, body: `row ${at}` })))
await all

await producer.shutdown()
await consumer.shutdown()
