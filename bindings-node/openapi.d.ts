/// <reference types="node" />

import type { ClientConfig } from './index.js'
import type { Sections } from './lib/openapi/types.js'

export * from './lib/openapi/types.js'

/** What JSON says. An integer that a number does not hold exactly is a bigint. */
export type JsonValue =
  null | boolean | number | bigint | string | JsonValue[] | { [name: string]: JsonValue }

/** What a console answered. */
export interface OpenApiResult<T = JsonValue> {
  /**
   * The data, however the console wrapped it; null where there is none. Consoles differ in what it
   * holds, and nothing checks that it is a `T`.
   */
  data: T
  /** How many items there are over all pages; 0 where that is not told. */
  total: number
  /** The page that this is; 0 where that is not told. */
  currentPage: number
  /** Items on a full page; 0 where that is not told. */
  pageSize: number
  /** The page to ask for next, where the operation has pages; undefined where this is the last. */
  nextPage: number | undefined
  /** The request's id, for the vendor's support. */
  requestId: string | undefined
  /** What the console says. */
  message: string
  /** The items of a list: `data` itself, or the only list in it. */
  readonly items: JsonValue[]
}

/** How a call is made. */
export interface CallOptions {
  /**
   * Aborted, it has the call rejected with its reason. What was sent before is not taken back: a
   * write may have been carried out.
   */
  signal?: AbortSignal | undefined
}

/**
 * The Open API of a console: a method for each operation, by the guide's sections. It keeps the
 * process alive while calls are under way, and no longer.
 *
 * What is wrong with a parameter is told before anything is sent: a `TypeError` for its type, an
 * `ArgumentError` for its value. Where the console refuses, it is an `OpenApiError` or an
 * `AccessError` with `openApiCode`, `remedy`, `requestId` and `remark`. Reads are asked again after
 * failures that may pass, within `openApiTimeoutMillis`; writes are sent once.
 */
export class OpenApi implements Sections {
  /**
   * Takes `endpoint`, `accessKey` and `secretKey`; also `regionId`, `openApiTimeoutMillis`,
   * `openApiConnectTimeoutMillis`, `tlsClientTrustCertPath` and `tlsInsecureSkipVerify`.
   * @throws {ConfigurationError} with the property, its value and what is allowed
   */
  constructor(config: ClientConfig)
  readonly region: Sections['region']
  readonly topic: Sections['topic']
  readonly publish: Sections['publish']
  readonly subscription: Sections['subscription']
  readonly message: Sections['message']
  readonly consumer: Sections['consumer']
  readonly empower: Sections['empower']
  readonly trend: Sections['trend']
  readonly mqtt: Sections['mqtt']
  readonly instance: Sections['instance']
  /**
   * Asks for an operation by its path, such as `topic/create`, also for one that this library does
   * not know. Parameters have the names that are sent.
   */
  call<T = JsonValue>(
    operation: string,
    parameters?: Readonly<Record<string, string | number | bigint | boolean | undefined>>,
    options?: CallOptions,
  ): Promise<OpenApiResult<T>>
}
