// A member of a group: `member.mjs NAMESRV_ADDR TOPIC GROUP`. It prints `started`, then the id of each
// message that it consumes, until its standard input ends.
import { once } from 'node:events'
import { Action, Consumer } from '../../bindings-node/index.mjs'

const [namesrvAddr, topic, groupId] = process.argv.slice(2)
const consumer = new Consumer({ namesrvAddr, groupId })
consumer.subscribe(topic, '*', (message) => {
  process.stdout.write(`${message.messageId}\n`)
  return Action.CommitMessage
})
await consumer.start()
process.stdout.write('started\n')
process.stdin.resume()
await once(process.stdin, 'end')
await consumer.shutdown()
