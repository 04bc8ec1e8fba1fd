// Ordered messages: those of one order go to one queue, and come one by one.
//
//     node ordered.mjs [NAMESRV_ADDR]
import { OnsClientError, OrderAction, OrderConsumer, OrderProducer } from 'onsmq'
import { DevServer } from 'onsmq/testing'

const namesrvAddr = process.argv[2] ?? (await DevServer.start()).namesrvAddr
const config = { namesrvAddr, groupId: 'GID_ordered_node', suspendTimeMillis: 100 }
const topic = 'ordered_node'
const steps = ['created', 'paid', 'shipped']
const orders = ['order-1', 'order-2', 'order-3']

const consumer = new OrderConsumer(config)
let missing = orders.length * steps.length
const all = new Promise((resolve) => {
  consumer.subscribe(topic, '*', async (message) => {
    // The queue pauses, and the same message comes again before the next.
    if (message.reconsumeTimes === 0 && message.key === 'order-2-paid') return OrderAction.Suspend
    console.log(`${message.shardingKey}: ${message.body}`)
    if (--missing === 0) resolve(missing)
    return OrderAction.Success
  })
})
await consumer.start()

const producer = new OrderProducer(config)
await producer.start()
await producer.send({ topic, body: 'created', key: 'order-1-created' }, 'order-1')
// Many at once, each by its own sharding key. Those behind one that fails are not sent.
const rest = steps
  .flatMap((step) => orders.map((order) => ({ step, order })))
  .slice(1)
  .map(({ step, order }) => ({ topic, body: step, key: `${order}-${step}`, shardingKey: order }))
for (const outcome of await producer.sendMany(rest)) {
  if (outcome instanceof OnsClientError) throw outcome
}
await all

await producer.shutdown()
await consumer.shutdown()
