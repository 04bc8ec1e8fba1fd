// The same in TypeScript: typed messages in and out.
//
//     npm run orders [NAMESRV_ADDR]
import { Action, Consumer, Producer } from 'onsmq'
import type { ClientConfig, ReceivedMessage } from 'onsmq'
import { DevServer } from 'onsmq/testing'

interface Order {
  id: number
  items: string[]
}

/** Calls `handle` with each order; those that it cannot handle come again later. */
function onOrder(handle: (order: Order) => Promise<void>) {
  return async (message: ReceivedMessage): Promise<Action> => {
    await handle(JSON.parse(message.body.toString()) as Order)
    return Action.CommitMessage
  }
}

const namesrvAddr: string = process.argv[2] ?? (await DevServer.start()).namesrvAddr
const config: ClientConfig = { namesrvAddr, groupId: 'GID_orders_node' }
const topic = 'orders_node'
const orders: Order[] = [1, 2, 3].map((id) => ({
  id,
  items: Array(id).fill('apple'),
}))

const handled = new Set<number>()
const consumer = new Consumer(config)
const all = new Promise<void>((resolve) => {
  const listener = onOrder(async ({ id, items }) => {
    console.log(`order ${id}: ${items.join(', ')}`)
    if (handled.add(id).size === orders.length) resolve()
  })
  consumer.subscribe(topic, 'created', listener)
})
await consumer.start()

const producer = new Producer(config)
await producer.start()
const bodies = orders.map((order) => JSON.stringify(order))
await producer.sendMany(bodies.map((body) => ({ topic, body, tag: 'created' })))
await all

await producer.shutdown()
await consumer.shutdown()
