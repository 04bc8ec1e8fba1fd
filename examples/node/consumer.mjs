// Consumes messages by their tags until Ctrl-C, then shuts down cleanly.
//
//     node consumer.mjs NAMESRV_ADDR TOPIC [EXPRESSION]
import { Action, Consumer } from 'onsmq'

const [namesrvAddr, topic, expression = '*'] = process.argv.slice(2)
if (!namesrvAddr || !topic) {
  console.error('usage: node consumer.mjs NAMESRV_ADDR TOPIC [EXPRESSION]')
  process.exit(2)
}
const consumer = new Consumer({
  namesrvAddr,
  groupId: 'GID_consumer_node',
  consumeThreadNums: 16,
})

consumer.subscribe(topic, expression, async (message) => {
  const { messageId, tag, key, reconsumeTimes, body } = message
  console.log(`${messageId} tag=${tag} key=${key} times=${reconsumeTimes} "${body}"`)
  // A listener that throws, or returns this, has the message come again later.
  if (body.length === 0) return Action.ReconsumeLater
  return Action.CommitMessage
})
await consumer.start()
console.log('started')

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => consumer.shutdown())
