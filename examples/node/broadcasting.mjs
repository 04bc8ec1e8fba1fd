// Broadcasting: each member of the group gets every message.
//
//     node broadcasting.mjs [NAMESRV_ADDR]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Action, Consumer, MessageModel, Producer } from 'onsmq'
import { DevServer } from 'onsmq/testing'

const namesrvAddr = process.argv[2] ?? (await DevServer.start()).namesrvAddr
// Where each member keeps how far it is. A real program has a folder that stays.
const localOffsetStoreDir = mkdtempSync(join(tmpdir(), 'onsmq-offsets-'))
const config = { namesrvAddr, groupId: 'GID_broadcasting_node' }
const topic = 'broadcasting_node'

const producer = new Producer(config)
await producer.start()
// Makes the topic where it does not exist. New members start with what is sent from now on.
await producer.send({ topic, body: 'nobody is there yet' })

const members = ['first', 'second'].map((name) => {
  const consumer = new Consumer({
    ...config,
    messageModel: MessageModel.BROADCASTING,
    localOffsetStoreDir,
  })
  const received = new Promise((resolve) => {
    consumer.subscribe(topic, '*', async (message) => {
      console.log(`${name} member: ${message.body}`)
      resolve(message)
      return Action.CommitMessage
    })
  })
  return { consumer, received }
})
for (const { consumer } of members) await consumer.start()

await producer.send({ topic, body: 'the prices have changed' })
await Promise.all(members.map(({ received }) => received))

await producer.shutdown()
await Promise.all(members.map(({ consumer }) => consumer.shutdown()))
rmSync(localOffsetStoreDir, { recursive: true })
