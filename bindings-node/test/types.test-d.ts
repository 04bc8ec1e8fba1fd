// Checked by the compiler, never run: what the types allow, and what they do not.
import * as onsmq from '../index.mjs'
import { Action, BatchConsumer, Consumer, MessageModel, OnsClientError } from '../index.mjs'
import { OrderAction, OrderConsumer, OrderProducer, Producer, SendResult } from '../index.mjs'
import { TransactionProducer, TransactionStatus, setLogger } from '../index.mjs'
import type { Checker, ClientConfig, Executer, Filter, Message } from '../index.mjs'
import type { PendingMessage, ReceivedMessage } from '../index.mjs'
import { OpenApi } from '../openapi.mjs'
import type { JsonValue, OpenApiCode, OpenApiResult } from '../openapi.mjs'
import { DevServer } from '../testing.mjs'

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <T extends true>(): T | undefined => undefined

export async function sends() {
  await using server = await DevServer.start({ brokers: 2, queues: 4, retryDelayMs: 10 })
  const config: ClientConfig = {
    namesrvAddr: server.namesrvAddr,
    groupId: 'GID',
    sendMsgTimeoutMillis: 1000,
    messageModel: MessageModel.CLUSTERING,
    NAMESRV_ADDR: undefined,
    'tls.enable': false,
  }
  await using producer = new Producer(config)
  await producer.start()
  const result = await producer.send({ topic: 't', body: 'b', properties: { a: 'b' } })
  holds<Equal<typeof result, SendResult>>()
  const nothing = await producer.sendOneway({ topic: 't', body: new Uint8Array(1), tag: null })
  holds<Equal<typeof nothing, void>>()
  const messages: readonly Message[] = [{ topic: 't', body: Buffer.alloc(1) }]
  for (const outcome of await producer.sendMany(messages)) {
    if (outcome instanceof OnsClientError) {
      holds<Equal<typeof outcome.code, number>>()
      holds<Equal<typeof outcome.topic, string | undefined>>()
    } else {
      holds<Equal<typeof outcome.messageId, string>>()
    }
  }
  await producer.flush(1000)
  await producer.send({ topic: 't', body: 'b', shardingKey: 'k', startDeliverTime: new Date() })
  await producer.send({ topic: 't', body: 'b', shardingKey: null, startDeliverTime: Date.now() })
  const text: string = String(result) + result.toString()
  void text

  // @ts-expect-error a body is due
  await producer.send({ topic: 't' })
  // @ts-expect-error a body is bytes or text
  await producer.send({ topic: 't', body: 1 })
  // @ts-expect-error no such member
  await producer.send({ topic: 't', body: 'b', keys: 'k' })
  // @ts-expect-error a time is a number or a Date
  await producer.send({ topic: 't', body: 'b', startDeliverTime: 'soon' })
  // @ts-expect-error made by the library
  new SendResult()
  // @ts-expect-error properties are strings
  await producer.send({ topic: 't', body: 'b', properties: { n: 1 } })
  // @ts-expect-error a number is due
  new Producer({ sendMsgTimeoutMillis: '1000' })
  // @ts-expect-error there are two models
  new Producer({ messageModel: 'NONE' })
  // @ts-expect-error it is made by start
  new DevServer()
}

export async function receives() {
  const consumer = new Consumer({ groupId: 'GID' })
  consumer.subscribe('t', '*', () => Action.CommitMessage)
  consumer.subscribe('t', null, async (message) => {
    holds<Equal<typeof message, ReceivedMessage>>()
    holds<Equal<typeof message.body, Buffer>>()
    return message.reconsumeTimes > 3 ? Action.CommitMessage : Action.ReconsumeLater
  })
  consumer.subscribe('t', 'a || b', () => 'CommitMessage')
  // @ts-expect-error nothing is said of the message
  consumer.subscribe('t', '*', () => {})
  // @ts-expect-error nor here
  consumer.subscribe('t', '*', async () => undefined)
  // @ts-expect-error no such action
  consumer.subscribe('t', '*', () => 'Commit')
  // @ts-expect-error messages are not changed
  consumer.subscribe('t', '*', (message) => (message.topic = 'x') && Action.CommitMessage)
}

export async function sendsInOrder() {
  await using producer = new OrderProducer({ groupId: 'GID' })
  await producer.start()
  const result = await producer.send({ topic: 't', body: 'b' }, 'shard')
  holds<Equal<typeof result, SendResult>>()
  await producer.send({ topic: 't', body: 'b', shardingKey: 'own' })
  const [outcome] = await producer.sendMany([{ topic: 't', body: 'b', shardingKey: 'own' }])
  holds<Equal<typeof outcome, SendResult | OnsClientError>>()
  // @ts-expect-error a sharding key is text
  await producer.send({ topic: 't', body: 'b' }, 1)
  // @ts-expect-error it could not keep the order
  await producer.sendOneway({ topic: 't', body: 'b' })
}

export async function sendsInTransactions() {
  const checker: Checker = async ({ messageId }) =>
    messageId ? TransactionStatus.CommitTransaction : TransactionStatus.Unknow
  await using producer = new TransactionProducer({ groupId: 'GID' }, checker)
  await producer.start()
  const message: Message = { topic: 't', body: 'b' }
  const result = await producer.send(message, ({ messageId, topic }) => {
    holds<Equal<typeof messageId, string>>()
    return topic ? TransactionStatus.RollbackTransaction : 'Unknown'
  })
  holds<Equal<typeof result, SendResult>>()
  const executer: Executer<{ amount: number }> = async (_, { amount }) =>
    amount > 0 ? 'CommitTransaction' : 'RollbackTransaction'
  await producer.send(message, executer, { amount: 1 })
  await producer.send(message, (_, arg) => (arg ? 'Unknown' : 'CommitTransaction'), 42)
  // @ts-expect-error the executer wants an argument
  await producer.send(message, executer)
  // @ts-expect-error and of that type
  await producer.send(message, executer, 'x')
  // @ts-expect-error nothing is said of the outcome
  await producer.send(message, () => {})
  // @ts-expect-error a checker is due
  new TransactionProducer({ groupId: 'GID' })
  // @ts-expect-error no such status
  new TransactionProducer({ groupId: 'GID' }, () => 'Commit')
  // @ts-expect-error it sends in transactions only
  await producer.sendMany([message])
}

export function receivesInOrder() {
  const consumer = new OrderConsumer({ groupId: 'GID', suspendTimeMillis: 100 })
  consumer.subscribe('t', '*', () => OrderAction.Success)
  consumer.subscribe('t', { sql: 'a > 1' }, async () => OrderAction.Suspend)
  // @ts-expect-error an order action is due
  consumer.subscribe('t', '*', () => Action.CommitMessage)
  // @ts-expect-error nothing is said of the message
  consumer.subscribe('t', '*', async () => {})
}

export function receivesLists() {
  const consumer = new BatchConsumer({ groupId: 'GID', consumeMessageBatchMaxSize: 32 })
  consumer.subscribe('t', '*', async (messages) => {
    holds<Equal<typeof messages, ReceivedMessage[]>>()
    return Action.CommitMessage
  })
  // @ts-expect-error a listener is due
  consumer.subscribe('t', '*')
  // @ts-expect-error lists go to listeners
  void consumer.receive()
}

export async function receivesWithoutListener() {
  await using consumer = new Consumer({ groupId: 'GID' })
  const filters: Filter[] = ['*', null, undefined, { sql: 'a IS NOT NULL' }]
  for (const filter of filters) consumer.subscribe('t', filter)
  consumer.subscribe('t')
  await consumer.start()
  const messages = await consumer.receive({ max: 8, timeoutMs: 1000, signal: AbortSignal.abort() })
  holds<Equal<typeof messages, PendingMessage[]>>()
  for await (const message of consumer) {
    holds<Equal<typeof message, PendingMessage>>()
    holds<Equal<typeof message.startDeliverTime, number | undefined>>()
    if (message.shardingKey) message.commit()
    else message.reconsumeLater()
  }
  // @ts-expect-error no such option
  await consumer.receive({ timeout: 1000 })
  // @ts-expect-error tags are text
  consumer.subscribe('t', { tags: 'a' })
}

export function enumerations() {
  const values: readonly Action[] = Action.values
  const action: Action = Action.valueOf('CommitMessage')
  const model: MessageModel = MessageModel.BROADCASTING
  holds<Equal<typeof Action.CommitMessage, 'CommitMessage'>>()
  holds<Equal<typeof TransactionStatus.Unknow, 'Unknown'>>()
  const order: OrderAction = OrderAction.valueOf('Suspend')
  const status: TransactionStatus = TransactionStatus.Unknown
  // @ts-expect-error no such value
  void Action.Commit
  // @ts-expect-error frozen
  Action.CommitMessage = 'CommitMessage'
  return { values, action, order, status, model }
}

export async function asks() {
  const client = new OpenApi({ endpoint: 'https://e', accessKey: 'a', secretKey: 's' })
  const created = await client.topic.create({ topic: 'T', instanceId: 'I' })
  holds<Equal<typeof created, OpenApiResult<JsonValue>>>()
  const { data } = await client.topic.get<{ topic: string }>({ topic: 'T' })
  holds<Equal<typeof data.topic, string>>()
  const signal = AbortSignal.timeout(1000)
  for await (const page of client.topic.pages({ pageSize: 50 }, { signal })) {
    holds<Equal<typeof page, OpenApiResult<JsonValue>>>()
    const items: JsonValue[] = page.items
    void items
  }
  await client.empower.create({ empowerUser: 1n, topic: 'T', relation: 6 })
  await client.empower.createBySub({ empowerUser: 'sub', topic: 'T', relation: 2 })
  await client.publish.create({ producerId: 'PID', topic: 'T' })
  await client.consumer.resetOffset({ consumerId: 'C', topic: 'T', type: 1, resetTimestamp: 1 })
  await client.region.list({ signal })
  await client.call<string[]>('novel/list', { a: 'b', c: 1, d: 2n, e: true })
  try {
    await client.topic.listInPage()
  } catch (error) {
    if (!(error instanceof onsmq.OpenApiError)) throw error
    holds<Equal<typeof error.openApiCode, OpenApiCode | undefined>>()
    holds<Equal<typeof error.remedy, string | undefined>>()
  }

  // @ts-expect-error an instance is due
  await client.topic.create({ topic: 'T' })
  // @ts-expect-error a topic is due
  await client.topic.get()
  // @ts-expect-error no such parameter
  await client.topic.get({ topic: 'T', instanceId: 'I' })
  // @ts-expect-error there are three relations
  await client.empower.create({ empowerUser: 1, topic: 'T', relation: 3 })
  // @ts-expect-error a number is due
  await client.topic.listInPage({ pageSize: '50' })
  // @ts-expect-error no such operation
  await client.topic.update({ topic: 'T' })
}

export function errors(error: unknown) {
  if (error instanceof onsmq.ResponseTimeoutError) {
    const base: OnsClientError = error
    holds<Equal<typeof base.retriable, boolean>>()
  }
  // @ts-expect-error made by the library
  new OnsClientError('text')
  setLogger(({ level, target, text }) => console.log(level, target, text), 'debug')
  setLogger(null)
  // @ts-expect-error no such level
  setLogger(null, 'loud')
  const version: string = onsmq.version
  return version
}
