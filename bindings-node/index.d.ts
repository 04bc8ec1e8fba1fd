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
  /** The value of exactly this name. Not `valueOf`, which every object has and JavaScript calls. */
  of(name: string): T
}

/** What becomes of a message: what listeners return. */
export type Action = 'CommitMessage' | 'ReconsumeLater'
export const Action: Enumeration<Action>

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
}

/** A message that was received. It may be kept, and sent on as a new one. */
export interface ReceivedMessage {
  /** The topic that it was sent to, also when it comes again. */
  readonly topic: string
  readonly body: Buffer
  readonly tag: string | undefined
  readonly key: string | undefined
  readonly properties: Readonly<Record<string, string>>
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

/** A message is stored. */
export interface SendResult {
  /** 32 hexadecimal digits. */
  messageId: string
  topic: string
  brokerName: string
  queueId: number
  /** Its place in the queue. */
  offset: number
}

interface Client {
  /** Starting twice is starting once. */
  start(): Promise<void>
  /** Whether it was started and not shut down. */
  readonly isStarted: boolean
  /** Whether it was shut down, or is about to be. */
  readonly isClosed: boolean
  /** `await using`: shuts it down. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Sends messages. It keeps the process alive while sends are under way, and no longer. */
export class Producer implements Client {
  /** @throws {ConfigurationError} with the property, its value and what is allowed */
  constructor(config: ClientConfig)
  start(): Promise<void>
  /** Takes no more messages and lets sends that are under way end. A second call does nothing. */
  shutdown(): Promise<void>
  readonly isStarted: boolean
  readonly isClosed: boolean;
  [Symbol.asyncDispose](): Promise<void>
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
  /**
   * Waits until it is known what became of everything that was sent before, however it ended.
   * @throws {ResponseTimeoutError} where it is not after `timeoutMs`; without, each send has its own limit
   */
  flush(timeoutMs?: number): Promise<void>
}

/**
 * What is called with each message. One that throws, rejects or returns nothing has the message
 * come again later.
 */
export type Listener = (message: ReceivedMessage) => Action | PromiseLike<Action>

/** Consumes messages as a member of a group. It keeps the process alive while it is started. */
export class Consumer implements Client {
  /** @throws {ConfigurationError} with the property, its value and what is allowed */
  constructor(config: ClientConfig)
  /** Joins the group: fulfilled when the brokers know it. */
  start(): Promise<void>
  /**
   * Stops taking messages, waits for listener calls that are under way (at most
   * `awaitTerminationMillisWhenShutdown`), commits and leaves the group. A second call does
   * nothing. A listener may call it, but not await it: that would wait for itself.
   */
  shutdown(): Promise<void>
  readonly isStarted: boolean
  readonly isClosed: boolean;
  [Symbol.asyncDispose](): Promise<void>
  /**
   * Subscribes to a topic: all of it (`*`, null), or the tags between `||`. A second subscription
   * to a topic replaces the first. Before or after start.
   */
  subscribe(topic: string, expression: string | null | undefined, listener: Listener): void
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
  readonly cause?: Error
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
