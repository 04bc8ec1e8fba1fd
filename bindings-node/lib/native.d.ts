// What the native half exports: for `lib/` only.

export interface Fault {
  code: number
  message: string
  topic?: string
  messageId?: string
  brokerCode?: number
  remark?: string
  operation?: string
  openApiCode?: string
  remedy?: string
  requestId?: string
  retriable: boolean
  cause?: string
}

export interface Line {
  level: number
  target: string
  text: string
}

export interface Drained {
  numbers: Float64Array
  ids: Buffer
  places: { topic: string; brokerName: string }[]
  begun: { id: number; transaction: number; messageId: string }[]
  answers: Answer[]
  told: { id: number; text: string }[]
  settled: { id: number; at: number; fault?: Fault }[]
  ready: number[]
  lines: Line[]
}

/** What a console answered. */
export interface Answer {
  id: number
  /** JSON. */
  data: string
  message: string
  requestId?: string
  total: number
  currentPage: number
  pageSize: number
  nextPage?: number
}

export class Host {
  constructor(wake: () => void)
  drain(): Drained
}

export interface Parcel {
  numbers: Float64Array
  texts: string
  small: Uint8Array
  large: Uint8Array[]
}

interface Client {
  start(id: number): Fault | null | void
  shutdown(id: number): void
  setCredentials(accessKey: string, secretKey: string, securityToken?: string): Fault | null
  readonly isStarted: boolean
  readonly isClosed: boolean
}

type TransactionStatus = 'CommitTransaction' | 'RollbackTransaction' | 'Unknown'

export interface Producer extends Client {
  send(id: number, parcel: Parcel): void
  sendOneway(id: number, parcel: Parcel): void
  sendMany(id: number, parcel: Parcel): Fault | null
  begin(id: number, parcel: Parcel): Fault | null
  end(id: number, transaction: number, status: TransactionStatus): Fault | null
  fail(id: number, transaction: number, why: string): Fault | null
  checks(): Batch[]
  answer(check: number, status: TransactionStatus): void
}

export interface Batch {
  topic: string
  numbers: Float64Array
  /** Strings behind one that is undefined. */
  texts: any[]
  small: Buffer
  large: Buffer[]
}

export interface Consumer extends Client {
  readonly mostCalls: number
  subscribe(topic: string, expression: string): Fault | null
  subscribeSql(topic: string, sql: string): Fault | null
  unsubscribe(topic: string): Fault | null
  receive(most: number): Batch | null
  complete(delivery: number, isDone: boolean): void
}

export interface OpenApi {
  call(id: number, operation: string, parameters: string[]): Fault | null
}

export class DevServer {
  constructor(host: Host)
  start(id: number, options: string[]): void
  readonly namesrvAddr: string | null
  createTopic(topic: string, queues: number): Fault | null
  control(id: number, command: string): void
  stop(id: number): void
}

export function makeProducer(
  host: Host,
  number: number,
  kind: 'normal' | 'ordered' | 'transactional',
  pairs: string[],
): Producer | Fault
export function makeConsumer(
  host: Host,
  number: number,
  kind: 'normal' | 'ordered' | 'batch',
  pairs: string[],
): Consumer | Fault
export function makeOpenApi(host: Host, pairs: string[]): OpenApi | Fault
export function codes(): { code: number; name: string }[]
export function version(): string
export function takeLog(host: Host, from: number): Fault | null
export function releaseLog(from: number): Fault | null
export function processEnds(): void
