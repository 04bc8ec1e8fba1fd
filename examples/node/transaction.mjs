// Transactions: a message is delivered only when a local transaction was committed.
//
//     node transaction.mjs [NAMESRV_ADDR]
import { Action, Consumer, OnsClientError } from 'onsmq'
import { TransactionProducer, TransactionStatus } from 'onsmq'
import { DevServer } from 'onsmq/testing'

const namesrvAddr = process.argv[2] ?? (await DevServer.start()).namesrvAddr
const config = { namesrvAddr, groupId: 'GID_transaction_node' }
const topic = 'transaction_node'
/** Stands for a database: the outcomes of local transactions, by message. */
const outcomes = new Map()

/**
 * Brokers ask for what they were not told, also of other members of the group.
 * @param {import('onsmq').ReceivedMessage} message
 */
async function check(message) {
  return outcomes.get(message.messageId) ?? TransactionStatus.Unknown
}

/**
 * Books the payment, in a transaction that keeps the message's id beside it.
 * @param {{ messageId: string }} message
 * @param {{ amount: number }} payment
 */
async function book(message, payment) {
  if (payment.amount > 1000) return TransactionStatus.RollbackTransaction
  outcomes.set(message.messageId, TransactionStatus.CommitTransaction)
  return TransactionStatus.CommitTransaction
}

const consumer = new Consumer(config)
const received = new Promise((resolve) => {
  consumer.subscribe(topic, '*', async (message) => {
    console.log(`received ${message.body}`)
    resolve(message)
    return Action.CommitMessage
  })
})
await consumer.start()

const producer = new TransactionProducer(config, check)
await producer.start()
for (const amount of [5000, 42]) {
  try {
    const { messageId } = await producer.send({ topic, body: `payment of ${amount}` }, book, {
      amount,
    })
    console.log(`committed ${amount}: ${messageId}`)
  } catch (error) {
    // TRANSACTION_ROLLED_BACK, or TRANSACTION_UNKNOWN where the executer threw `error.cause`.
    if (!(error instanceof OnsClientError)) throw error
    console.log(`${error.codeName} ${amount}`)
  }
}
await received

await producer.shutdown()
await consumer.shutdown()
