// member.mjs NAMESRV_ADDR TOPIC GROUP: a member of a group that prints the ids of its messages,
// until its input ends.
import { Action, Consumer } from '../../index.mjs'

const [namesrvAddr, topic, groupId] = process.argv.slice(2)
const consumer = new Consumer({ namesrvAddr, groupId })
consumer.subscribe(topic, '*', (message) => {
  console.log(message.messageId)
  return Action.CommitMessage
})
await consumer.start()
console.log('started')
process.stdin.resume()
process.stdin.on('end', () => consumer.shutdown())
