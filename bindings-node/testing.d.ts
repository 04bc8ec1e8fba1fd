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
  /** Makes a topic with so many queues (default 8) at each broker. */
  createTopic(topic: string, queues?: number): Promise<void>
  /** Stops it, and waits until its ports are closed. */
  stop(): Promise<void>
  /** `await using`: stops it. */
  [Symbol.asyncDispose](): Promise<void>
}
