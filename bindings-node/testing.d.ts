/// <reference types="node" />

/** What a dev server can be told. */
export interface DevServerOptions {
  /** How many brokers, 1 to 64. Default 1. */
  brokers?: number
  /** Queues of a topic that is made on its first message, 1 to 1024. Default 8. */
  queues?: number
  /** Whether the first message to a topic makes it. Default true. */
  autoCreateTopics?: boolean
  /** How long a failed message waits before it comes again. Default: the brokers' schedule. */
  retryDelayMs?: number
  /** How long a half message waits before its producer is asked. Default: 6 s, then 30 s. */
  checkBackDelayMs?: number
  /** How long a queue stays locked for an ordered consumer. Default 60 s. */
  lockLifeMs?: number
  /** How many times as fast time passes for messages that wait. Default 1. */
  speed?: number
  /** Whether it speaks TLS as well, with a certificate that `caFile` vouches for. Default false. */
  tls?: boolean
  /** Who may do what. Without accounts nobody is asked for a signature. */
  accounts?: Account[]
}

/** `SUB` is to consume, `PUB` to send. */
export type Permission = 'DENY' | 'PUB' | 'SUB' | 'PUB|SUB'

/** An account, as RocketMQ's `plain_acl.yml` has it; what is not said is allowed. */
export interface Account {
  accessKey: string
  secretKey: string
  /** Whether it may make topics. Default false. */
  admin?: boolean
  defaultTopicPerm?: Permission
  defaultGroupPerm?: Permission
  topicPerms?: Record<string, Permission>
  groupPerms?: Record<string, Permission>
}

/** What goes wrong; `docs/dev-server.md` says what each one does. */
export type Fault =
  | 'refuse_connection'
  | 'drop_request'
  | 'drop_answer'
  | 'disconnect'
  | 'cut_frame'
  | 'stop_reading'
  | 'garbage'
  | { delay: { millis: number } }
  | { answer: { code: number | string; remark?: string } }

/** Which requests. What is left out matches all. */
export interface RequestFilter {
  /** `broker-a`, `broker-b`... or `namesrv`. */
  broker?: string
  /** RocketMQ's number or name of the request, or `SEND` for all by which messages are sent. */
  code?: number | string
  /** The topic that the request names. */
  topic?: string
}

/** What goes wrong, and with which requests. */
export interface FaultRule extends RequestFilter {
  fault: Fault
  /** How many times. Default: until the rule is removed. */
  count?: number
  /** How many requests are spared first. Default 0. */
  skip?: number
}

/** How many requests of a kind a server received. */
export interface RequestCount {
  broker: string
  code: number
  name: string | null
  topic: string | null
  count: number
}

/** A broker of a dev server. */
export interface BrokerInfo {
  name: string
  address: string
  running: boolean
  /** How many connections were accepted since counters were reset. */
  connections: number
}

/**
 * A name server and brokers in this process and in memory, for first steps and for tests. It does
 * not keep the process alive, and runs until it is stopped or the process ends.
 */
export class DevServer {
  private constructor()
  /** Starts one on ports of the system's choice, on loopback. */
  static start(options?: DevServerOptions): Promise<DevServer>
  /** What clients take as `namesrvAddr`. */
  readonly namesrvAddr: string
  /**
   * The console: what `OpenApi` takes as `endpoint`, and a page for browsers. Its account is one of
   * the server's, or `dev` with the secret `dev-secret` where it has none.
   */
  readonly consoleUrl: string | undefined
  /** Makes a topic with so many queues (default 8) at each broker. */
  createTopic(topic: string, queues?: number): Promise<void>
  /** The certificate that clients have to trust, where the server was started with `tls`. */
  readonly caFile: string | undefined
  /** Has something go wrong from now on; gives what the rule is removed by. */
  addFault(rule: FaultRule): Promise<number>
  /** Whether there was such a rule. */
  removeFault(id: number): Promise<boolean>
  /** Removes all rules. */
  clearFaults(): Promise<void>
  /** The rules, and how often each has applied. */
  faults(): Promise<{ id: number; rule: FaultRule; applied: number }[]>
  /** How many requests were received, those that were made to fail as well. */
  received(filter?: RequestFilter): Promise<number>
  /** What was received, by server, code and topic. */
  counters(filter?: RequestFilter): Promise<RequestCount[]>
  /** Counts from zero again. */
  resetCounters(): Promise<void>
  /** The brokers, dead ones as well. */
  brokers(): Promise<BrokerInfo[]>
  /** Closes a broker's port and connections, and has the name server forget it. */
  killBroker(broker: string): Promise<void>
  /** Starts a broker again, with its messages (default) or without. */
  restartBroker(broker: string, options?: { keepData?: boolean }): Promise<void>
  /** Has the locks of ordered consumers run out: of one group, or of all. */
  expireLocks(group?: string): Promise<void>
  /** Does what `docs/dev-server.md` lists as a command, and gives its answer. */
  control(command: unknown): Promise<unknown>
  /** Stops it, and waits until its ports are closed. */
  stop(): Promise<void>
  /** `await using`: stops it. */
  [Symbol.asyncDispose](): Promise<void>
}
