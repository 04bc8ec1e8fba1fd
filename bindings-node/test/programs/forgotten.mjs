// forgotten.mjs NAMESRV_ADDR TOPIC: receives a message, forgets it, and prints how often it had
// been delivered before, each time that it comes. Run with --expose-gc.
import { Consumer, Producer } from '../../index.mjs'

const [namesrvAddr, topic] = process.argv.slice(2)
const gc = /** @type {() => void} */ (globalThis.gc)
const consumer = new Consumer({ namesrvAddr, groupId: `GID_${topic}` })
consumer.subscribe(topic)
await consumer.start()
const producer = new Producer({ namesrvAddr })
await producer.start()
await producer.send({ topic, body: 'x' })

/** A function of its own, so that nothing of the message is left on the stack. */
async function receive() {
  const [{ reconsumeTimes }] = await consumer.receive()
  return reconsumeTimes
}

const first = await receive()
const again = consumer.receive()
const collecting = setInterval(gc, 20)
const [message] = await again
clearInterval(collecting)
message.commit()
console.log(first, message.reconsumeTimes)
await Promise.all([producer.shutdown(), consumer.shutdown()])
