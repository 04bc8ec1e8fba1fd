/// <reference types="node" />

/**
 * onsmq: client for Apache RocketMQ and Aliyun MQ.
 *
 * Nothing here blocks the event loop. The process ends by itself once no consumer is started and
 * nothing that was begun is under way; it may also end at any moment before.
 */

import type { OpenApiCode } from './lib/openapi/types.js'

/** An enumeration: each name is its own value. */
export type Enumeration<T extends string> = Readonly<{ [K in T]: K }> & {
  /** Every value. */
  readonly values: readonly T[]
  /**
   * The value of exactly this name, the vendor's.
   * @throws {RangeError} with the names that are allowed
   */
  valueOf(name: string): T
  /** What JavaScript calls by itself: the enumeration. */
  valueOf(): object
}

/** What becomes of a message: what listeners return. */
export type Action = 'CommitMessage' | 'ReconsumeLater'
export const Action: Enumeration<Action>

/** What becomes of an ordered message: what listeners of an `OrderConsumer` return. */
export type OrderAction = 'Success' | 'Suspend'
export const OrderAction: Enumeration<OrderAction>

/** The outcome of a transaction. Of an unknown one the broker asks the checker later. */
export type TransactionStatus = 'CommitTransaction' | 'RollbackTransaction' | 'Unknown'
export const TransactionStatus: Enumeration<TransactionStatus> & {
  /** The vendor's spelling of `Unknown`. */
  readonly Unknow: 'Unknown'
}

/** Whether the members of a group share the messages, or each get all. */
export type MessageModel = 'BROADCASTING' | 'CLUSTERING'
export const MessageModel: Enumeration<MessageModel>

/**
 * Options of producers and consumers. The properties' own names serve as well, in any spelling:
 * case, `_`, `-` and `.` do not count. A wrong one is a `ConfigurationError`.
 */
export interface ClientConfig {
  /** Name servers, `host:port` between `;`. Without it onsAddr, then the environment's NAMESRV_ADDR. */
  namesrvAddr?: string
  /** URL of a server that tells the name servers; asked again while running. */
  onsAddr?: string
  /** The group. A consumer needs it. */
  groupId?: string
  /** Account that signs every request: both or neither. */
  accessKey?: string
  /** What requests are signed with. Never sent, never shown. */
  secretKey?: string
  /** STS token. */
  securityToken?: string
  onsChannel?: 'ALIYUN' | 'CLOUD'
  producerId?: string
  consumerId?: string
  /** Namespace: topics and groups travel as `INSTANCE_ID%name`. */
  instanceId?: string
  instanceName?: string
  /** TLS to name servers and brokers. */
  tlsEnable?: boolean
  /** PEM file of the authorities to trust, in place of the platform's. */
  tlsClientTrustCertPath?: string
  /** PEM file of this client's certificate and those that it was issued by. */
  tlsClientCertPath?: string
  /** PEM file of the private key to it. */
  tlsClientKeyPath?: string
  /** What servers' certificates have to hold, in place of each server's own host. */
  tlsServerName?: string
  /** DANGEROUS: any certificate is taken. For tests. */
  tlsInsecureSkipVerify?: boolean
  /** Milliseconds that one send may take, all of its retries included. Default 3000. */
  sendMsgTimeoutMillis?: number
  /** Most bytes in a body. Default 4 MiB. */
  maxMessageSize?: number
  /** Bodies of more bytes travel compressed. Default 4096. */
  compressMsgBodyOverHowmuch?: number
  /** Whether sends that wait for the answer to others leave together. Default true. */
  autoBatch?: boolean
  /** Most bytes of messages that leave as one request. Default 128 KiB. */
  batchMaxBytes?: number
  /** Bytes of messages that a producer holds until brokers have stored them. Default 32 MiB. */
  sendBufferMaxBytes?: number
  /** Messages that a producer holds until brokers have stored them. Default 32768. */
  sendBufferMaxMessages?: number
  /**
   * What a send does while the producer holds as much as it may. Default QUEUE: its promise waits,
   * and the message with it. FAIL: it is rejected at once.
   */
  sendBufferFull?: 'QUEUE' | 'WAIT' | 'FAIL'
  /** What bodies are compressed with. Default ZLIB, which every consumer reads. */
  compressType?: 'ZLIB' | 'LZ4' | 'ZSTD'
  /** Level of ZLIB, 0 to 9. Default 5. */
  compressLevel?: number
  /** Whether message trace is recorded. Default: only at brokers of the vendor. */
  msgTraceSwitch?: boolean
  /** The topic of message trace. */
  customizedTraceTopic?: string
  /** Whether sends go to the brokers' port for sends, two below their usual one. Default false. */
  isVipChannelEnabled?: boolean
  /** What becomes of a timed message at a broker of 4.x whose levels do not have its delay. */
  timedMessageFallback?: 'EXACT' | 'NEAREST'
  /** Seconds before a broker asks for the outcome of a half message. Default 30. */
  checkImmunityTimeInSeconds?: number
  messageModel?: MessageModel
  /** Most listener calls under way at once. Default 64. */
  consumeThreadNums?: number
  /** Deliveries after the first before a message goes to the dead-letter topic. Default 16. */
  maxReconsumeTimes?: number
  /** Minutes that a listener may take over a message before it comes again. Default 15. */
  consumeTimeout?: number
  /** Milliseconds that a queue of an ordered consumer pauses after a failure. Default 3000. */
  suspendTimeMillis?: number
  /** Most messages of one call of a batch consumer's listener. Default 1. */
  consumeMessageBatchMaxSize?: number
  /** BROADCASTING: the folder of the files that offsets are kept in. */
  localOffsetStoreDir?: string
  /** Messages that a consumer holds. Default 5000. */
  maxCachedMessageAmount?: number
  /** The same by size. Default 512. */
  maxCachedMessageSizeInMiB?: number
  /** Most messages of one pull. Default 32. */
  pullBatchSize?: number
  /** Where a group that has no offset starts. */
  consumeFromWhere?:
    'CONSUME_FROM_LAST_OFFSET' | 'CONSUME_FROM_FIRST_OFFSET' | 'CONSUME_FROM_TIMESTAMP'
  /** With CONSUME_FROM_TIMESTAMP: the time to start from, as `yyyyMMddHHmmss`, local time. */
  consumeTimestamp?: string
  /** Milliseconds that shutdown waits for listener calls that are under way. Default 30000. */
  awaitTerminationMillisWhenShutdown?: number
  /** Open API: where the console is, `http://...` or `https://...`. */
  endpoint?: string
  /** Open API: the region that is asked about. Default `mq-private`. */
  regionId?: string
  /** Open API: milliseconds that one call may take, retries of reads included. Default 30000. */
  openApiTimeoutMillis?: number
  /** Open API: milliseconds that it may take to connect. Default 3000. */
  openApiConnectTimeoutMillis?: number
  [property: string]: string | number | bigint | boolean | undefined
}

/** A message to be sent. Other members are an error: what they ask for is not left undone. */
export interface Message {
  /** 1 to 255 characters of `a-z A-Z 0-9 - _`. */
  topic: string
  /** 1 byte to 4 MiB; text is sent as UTF-8. Copied when it is sent. */
  body: Uint8Array | string
  /** What subscriptions choose by. */
  tag?: string | null | undefined
  /** What the message can be looked up by; several between blanks. */
  key?: string | null | undefined
  /** Neither names nor values may be empty, or names that RocketMQ keeps for itself. */
  properties?: Readonly<Record<string, string>> | null | undefined
  /** What the order is kept within: an `OrderProducer` sends by it. */
  shardingKey?: string | null | undefined
  /**
   * When it is to be delivered, in ms since 1970 or as a `Date`. What is past means at once; a time
   * that the broker cannot meet is an error.
   */
  startDeliverTime?: number | Date | null | undefined
}

/** A message that was received. It may be kept, and sent on as a new one. */
export interface ReceivedMessage {
  /** The topic that it was sent to, also when it comes again. */
  readonly topic: string
  readonly body: Buffer
  readonly tag: string | undefined
  readonly key: string | undefined
  readonly properties: Readonly<Record<string, string>>
  readonly shardingKey: string | undefined
  /** When it was to be delivered, in ms since 1970, where that was set. */
  readonly startDeliverTime: number | undefined
  /** The id that its sender was answered. */
  readonly messageId: string
  /** How often it was delivered before. */
  readonly reconsumeTimes: number
  /** When it was made, in ms since 1970. */
  readonly bornTimestamp: number
  /** Where it was made, as the broker saw it: `address:port`. */
  readonly bornHost: string
  /** When the broker stored it, in ms since 1970. */
  readonly storeTimestamp: number
  readonly brokerName: string
  readonly queueId: number
  /** Its place in the queue. */
  readonly offset: number
}

/**
 * A message that was received without a listener. One that is forgotten uncompleted comes again
 * once the garbage collector has come by.
 */
export interface PendingMessage extends ReceivedMessage {
  /**
   * It is done with. Of an `OrderConsumer`: the next one of its queue may come.
   * @throws {StateError} INVALID_STATE where it was completed before: the first time counts
   */
  commit(): void
  /**
   * It is to come again later. Of an `OrderConsumer`: its queue is suspended, then it comes again.
   * @throws {StateError} INVALID_STATE where it was completed before: the first time counts
   */
  reconsumeLater(): void
}

/** A message is stored. */
export class SendResult {
  /** Made by the library only. */
  private constructor()
  /** 32 hexadecimal digits. */
  readonly messageId: string
  readonly topic: string
  readonly brokerName: string
  readonly queueId: number
  /** Its place in the queue. */
  readonly offset: number
  /** All of it on one line. */
  toString(): string
}

/** An account, or what an STS token stands for. */
export interface Credentials {
  accessKey: string
  secretKey: string
  securityToken?: string
}

interface Client {
  /** Starting twice is starting once. */
  start(): Promise<void>
  /**
   * Has all requests from now on signed with other credentials, as STS tokens need it. It counts
   * for all producers and consumers of the process that were made with the same credentials,
   * addresses, namespace, TLS and InstanceName. What is under way is not broken off.
   */
  setCredentials(credentials: Credentials): void
  /** Whether it was started and not shut down. */
  readonly isStarted: boolean
  /** Whether it was shut down, or is about to be. */
  readonly isClosed: boolean
  /** `await using`: shuts it down. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What the kinds of producers have in common. */
interface Sender extends Client {
  /** Takes no more messages and lets sends that are under way end. A second call does nothing. */
  shutdown(): Promise<void>
  /**
   * Waits until it is known what became of everything that was sent before, however it ended.
   * @throws {ResponseTimeoutError} where it is not after `timeoutMs`; without, each send has its own limit
   */
  flush(timeoutMs?: number): Promise<void>
}

/**
 * Sends messages. It keeps the process alive while sends are under way, and no longer. What is sent
 * on one turn of the event loop leaves when the code that sends is over or awaits something, if not
 * before: code that keeps the loop busy holds it up, and `process.exit()` comes first.
 */
export class Producer implements Sender {
  /** @throws {ConfigurationError} with the property, its value and what is allowed */
  constructor(config: ClientConfig)
  start(): Promise<void>
  setCredentials(credentials: Credentials): void
  shutdown(): Promise<void>
  readonly isStarted: boolean
  readonly isClosed: boolean;
  [Symbol.asyncDispose](): Promise<void>
  flush(timeoutMs?: number): Promise<void>
  /** Sends a message. Fulfilled when a broker has stored it. */
  send(message: Message | ReceivedMessage): Promise<SendResult>
  /** Sends a message that may be lost without notice. Fulfilled when it has left. */
  sendOneway(message: Message | ReceivedMessage): Promise<void>
  /**
   * Sends many messages, each on its own, which costs less than as many calls of `send`. Fulfilled
   * with what became of each, in their order; rejected only where an argument is wrong.
   */
  sendMany(
    messages: readonly (Message | ReceivedMessage)[],
  ): Promise<(SendResult | OnsClientError)[]>
}

/**
 * Sends messages whose order counts. Those of one sharding key go to one queue, the same that the
 * vendor's Java SDK takes, in the order of the calls; what fails is tried again there and nowhere
 * else. An `OrderConsumer` gets them in that order.
 */
export class OrderProducer implements Sender {
  /** @throws {ConfigurationError} with the property, its value and what is allowed */
  constructor(config: ClientConfig)
  start(): Promise<void>
  setCredentials(credentials: Credentials): void
  shutdown(): Promise<void>
  readonly isStarted: boolean
  readonly isClosed: boolean;
  [Symbol.asyncDispose](): Promise<void>
  flush(timeoutMs?: number): Promise<void>
  /**
   * Sends a message after those of its sharding key that were sent before. Without `shardingKey`
   * the message's own counts.
   * @throws {ArgumentError} where the sharding key is blank
   */
  send(message: Message | ReceivedMessage, shardingKey?: string): Promise<SendResult>
  /**
   * Sends many messages, each by its own sharding key. Once one has failed, those of its sharding
   * key behind it are not sent, so that they may all be sent again in order.
   */
  sendMany(
    messages: readonly (Message | ReceivedMessage)[],
  ): Promise<(SendResult | OnsClientError)[]>
}

/**
 * Runs the local transaction of a half message that is stored under `messageId`, and answers its
 * outcome. Nothing, or no status, is unknown.
 */
export type Executer<A = undefined> = (
  message: Message & { readonly messageId: string },
  arg: A,
) => TransactionStatus | PromiseLike<TransactionStatus>

/**
 * Answers the outcome of a half message of the group, its own or another member's. One that throws,
 * rejects or returns nothing has the broker ask again.
 */
export type Checker = (
  message: ReceivedMessage,
) => TransactionStatus | PromiseLike<TransactionStatus>

/**
 * Sends messages that are delivered only when a local transaction was committed. Brokers may ask
 * its checker while it is started; it keeps the process alive while sends and answers are under
 * way, and no longer.
 */
export class TransactionProducer implements Sender {
  /** @throws {ConfigurationError} with the property, its value and what is allowed */
  constructor(config: ClientConfig, checker: Checker)
  start(): Promise<void>
  setCredentials(credentials: Credentials): void
  shutdown(): Promise<void>
  readonly isStarted: boolean
  readonly isClosed: boolean;
  [Symbol.asyncDispose](): Promise<void>
  flush(timeoutMs?: number): Promise<void>
  /**
   * Stores a half message, runs the executer with it and `arg`, and tells the broker the outcome.
   * Fulfilled where that is commit, or not known yet.
   * @throws {TransactionError} TRANSACTION_ROLLED_BACK where that is the outcome;
   * TRANSACTION_UNKNOWN where the executer throws or rejects: `cause` is what it threw
   */
  send(message: Message | ReceivedMessage, executer: Executer<undefined>): Promise<SendResult>
  send<A>(message: Message | ReceivedMessage, executer: Executer<A>, arg: A): Promise<SendResult>
}

/**
 * Which messages of a topic are wanted: all (`*`, null), the tags between `||`, or those whose user
 * properties fulfil a condition in RocketMQ's SQL92, such as `amount > 100 AND region = 'north'`. A
 * condition that the broker does not take is an error of `start`; where the consumer runs already,
 * a warning in the log, and no message of the topic comes.
 */
export type Filter = string | { readonly sql: string } | null | undefined

/**
 * What is called with each message. One that throws, rejects or returns nothing has the message
 * come again later.
 */
export type Listener = (message: ReceivedMessage) => Action | PromiseLike<Action>

/** The same of an `OrderConsumer`: one that does not answer suspends. */
export type OrderListener = (message: ReceivedMessage) => OrderAction | PromiseLike<OrderAction>

/** The same of a `BatchConsumer`: the answer counts for the whole list. */
export type BatchListener = (messages: ReceivedMessage[]) => Action | PromiseLike<Action>

/** How to receive without a listener. */
export interface ReceiveOptions {
  /** Most messages, from 1 on. Default 1. */
  max?: number
  /** How long to wait for the first; 0: not at all. Default: for ever. */
  timeoutMs?: number
  /** Ends the wait: `receive` is rejected with its reason, and no message is lost. */
  signal?: AbortSignal
}

/** What the kinds of consumers have in common. */
interface GroupMember extends Client {
  /** Joins the group: fulfilled when the brokers know it. */
  start(): Promise<void>
  /**
   * Stops taking messages, waits for those that are in hand (at most
   * `awaitTerminationMillisWhenShutdown`), commits and leaves the group. A second call does
   * nothing. A listener may call it, but not await it: that would wait for itself.
   */
  shutdown(): Promise<void>
  /** Ends a subscription. */
  unsubscribe(topic: string): void
}

/** What can be received from. */
interface Receiving extends GroupMember {
  /**
   * Takes messages of topics that were subscribed to without a listener: waits for the first, and
   * takes up to `max` of one topic. Nothing is taken ahead. Empty where the time was over, and where
   * the consumer was shut down meanwhile.
   * @throws {StateError} where it is not started, was shut down before, or has listeners
   */
  receive(options?: ReceiveOptions): Promise<PendingMessage[]>
  /** `for await`: message by message, until it is shut down. Nothing is taken ahead. */
  [Symbol.asyncIterator](): AsyncGenerator<PendingMessage, void, undefined>
}

/** Consumes messages as a member of a group. It keeps the process alive while it is started. */
export class Consumer implements Receiving {
  /** @throws {ConfigurationError} with the property, its value and what is allowed */
  constructor(config: ClientConfig)
  start(): Promise<void>
  setCredentials(credentials: Credentials): void
  shutdown(): Promise<void>
  readonly isStarted: boolean
  readonly isClosed: boolean;
  [Symbol.asyncDispose](): Promise<void>
  /**
   * Subscribes to a topic. Without a listener its messages are to be received. A second subscription
   * to a topic replaces the first. Before or after start.
   * @throws {StateError} where it has listeners and this is none, or the other way round
   */
  subscribe(topic: string, expression?: Filter, listener?: Listener): void
  unsubscribe(topic: string): void
  receive(options?: ReceiveOptions): Promise<PendingMessage[]>
  [Symbol.asyncIterator](): AsyncGenerator<PendingMessage, void, undefined>
}

/**
 * Consumes ordered messages: each queue is locked for one member of the group, and its messages
 * come one by one, the next when this one is completed. `OrderAction.Suspend` has the queue pause
 * for `suspendTimeMillis`, and the same message come again.
 */
export class OrderConsumer implements Receiving {
  /** @throws {ConfigurationError} with the property, its value and what is allowed */
  constructor(config: ClientConfig)
  start(): Promise<void>
  setCredentials(credentials: Credentials): void
  shutdown(): Promise<void>
  readonly isStarted: boolean
  readonly isClosed: boolean;
  [Symbol.asyncDispose](): Promise<void>
  /** As a `Consumer`'s. */
  subscribe(topic: string, expression?: Filter, listener?: OrderListener): void
  unsubscribe(topic: string): void
  receive(options?: ReceiveOptions): Promise<PendingMessage[]>
  [Symbol.asyncIterator](): AsyncGenerator<PendingMessage, void, undefined>
}

/** Consumes lists of up to `consumeMessageBatchMaxSize` messages of one topic. */
export class BatchConsumer implements GroupMember {
  /** @throws {ConfigurationError} with the property, its value and what is allowed */
  constructor(config: ClientConfig)
  start(): Promise<void>
  setCredentials(credentials: Credentials): void
  shutdown(): Promise<void>
  readonly isStarted: boolean
  readonly isClosed: boolean;
  [Symbol.asyncDispose](): Promise<void>
  /** As a `Consumer`'s, but the listener is due. */
  subscribe(topic: string, expression: Filter, listener: BatchListener): void
  unsubscribe(topic: string): void
}

/** Why something failed: the base of all errors of this library. */
export class OnsClientError extends Error {
  /** Made by the library only. */
  protected constructor(fault: never)
  /** What went wrong, as a number that never changes. */
  readonly code: number
  /** The same as a name, such as `TIMEOUT`. */
  readonly codeName: CodeName
  readonly topic: string | undefined
  readonly messageId: string | undefined
  /** The response code of the server that refused. */
  readonly brokerCode: number | undefined
  /** The remark of the server that refused. */
  readonly remark: string | undefined
  /** The operation of the Open API that failed, such as `topic/create`. */
  readonly operation: string | undefined
  /** The code that the console of the Open API refused with. */
  readonly openApiCode: OpenApiCode | undefined
  /** What to do about that code. */
  readonly remedy: string | undefined
  /** The console's id of the request, for the vendor's support. */
  readonly requestId: string | undefined
  /** Whether the same call may succeed when it is made again. */
  readonly retriable: boolean
  /** What caused it: an `Error`, or what an executer threw. */
  readonly cause?: unknown
}

/** The names of codes. */
export type CodeName =
  | 'CONFIGURATION'
  | 'INVALID_ARGUMENT'
  | 'ILLEGAL_MESSAGE'
  | 'NOT_STARTED'
  | 'CLOSED'
  | 'NO_ROUTE'
  | 'NAME_SERVER_UNREACHABLE'
  | 'CONNECT_FAILED'
  | 'CONNECTION_LOST'
  | 'TIMEOUT'
  | 'BROKER_REFUSED'
  | 'NO_PERMISSION'
  | 'TLS'
  | 'TRANSACTION_ROLLED_BACK'
  | 'FLOW_CONTROL'
  | 'PROTOCOL'
  | 'FORKED'
  | 'INVALID_STATE'
  | 'INTERNAL'
  | 'TRANSACTION_UNKNOWN'
  | 'OPEN_API_REFUSED'
  | (string & {})

/** CONFIGURATION: a property is unknown or unfit, or one is missing. */
export class ConfigurationError extends OnsClientError {}
/** INVALID_ARGUMENT, ILLEGAL_MESSAGE: an argument or a message cannot be used. */
export class ArgumentError extends OnsClientError {}
/** NOT_STARTED, CLOSED, FORKED, INVALID_STATE: the call does not fit the state. */
export class StateError extends OnsClientError {}
/** NO_ROUTE: no name server knows the topic. */
export class RouteError extends OnsClientError {}
/** NAME_SERVER_UNREACHABLE, CONNECT_FAILED, CONNECTION_LOST, TLS, PROTOCOL. */
export class NetworkError extends OnsClientError {}
/** TIMEOUT: the time was over. Whether the request was carried out is unknown. */
export class ResponseTimeoutError extends OnsClientError {}
/** BROKER_REFUSED, FLOW_CONTROL: with the broker's code and remark. */
export class BrokerError extends OnsClientError {}
/** NO_PERMISSION: the account may not do this, or its signature is wrong. */
export class AccessError extends OnsClientError {}
/** TRANSACTION_ROLLED_BACK, TRANSACTION_UNKNOWN. */
export class TransactionError extends OnsClientError {}
/** OPEN_API_REFUSED: the console of the Open API refused. */
export class OpenApiError extends OnsClientError {}
/** INTERNAL: a fault of this library. */
export class InternalError extends OnsClientError {}

/** How much a line of the log matters. A level includes those before it. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace'

/** A line of the log. */
export interface LogLine {
  level: LogLevel
  /** The part of the library that says it. */
  target: string
  text: string
}

/**
 * Sends the library's log to a callback, from `level` (default `warn`) up; with null, back to
 * standard error. The log is the process's: of several threads the last to ask has it. Lines of one
 * kind are bounded to ten a minute.
 */
export function setLogger(callback: ((line: LogLine) => void) | null, level?: LogLevel): void

/** The version of the library. */
export const version: string
