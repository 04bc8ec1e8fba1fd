'use strict'

const native = require('./native.js')

/** @type {Map<number, string>} */
const NAMES = new Map(native.codes().map(({ code, name }) => [code, name]))

/** Why something failed. The base of all errors of the library; `index.d.ts` says more. */
class OnsClientError extends Error {
  /**
   * @param {import('./native.js').Fault} fault
   * @param {{ cause: unknown }} [why] the cause, where it is the program's
   */
  constructor(fault, why) {
    super(fault.message, why ?? (fault.cause ? { cause: new Error(fault.cause) } : undefined))
    this.code = fault.code
    this.codeName = NAMES.get(fault.code) ?? 'UNKNOWN'
    this.topic = fault.topic
    this.messageId = fault.messageId
    this.brokerCode = fault.brokerCode
    this.remark = fault.remark
    this.operation = fault.operation
    this.openApiCode = fault.openApiCode
    this.remedy = fault.remedy
    this.requestId = fault.requestId
    this.retriable = fault.retriable
  }

  get name() {
    return this.constructor.name
  }
}

class ConfigurationError extends OnsClientError {}
class ArgumentError extends OnsClientError {}
class StateError extends OnsClientError {}
class RouteError extends OnsClientError {}
class NetworkError extends OnsClientError {}
class ResponseTimeoutError extends OnsClientError {}
class BrokerError extends OnsClientError {}
class AccessError extends OnsClientError {}
class TransactionError extends OnsClientError {}
class OpenApiError extends OnsClientError {}
class InternalError extends OnsClientError {}

/**
 * The family of each code. A code that this version does not know is an `OnsClientError`.
 * @type {Record<string, typeof OnsClientError>}
 */
const FAMILIES = {
  CONFIGURATION: ConfigurationError,
  INVALID_ARGUMENT: ArgumentError,
  ILLEGAL_MESSAGE: ArgumentError,
  NOT_STARTED: StateError,
  CLOSED: StateError,
  FORKED: StateError,
  INVALID_STATE: StateError,
  NO_ROUTE: RouteError,
  NAME_SERVER_UNREACHABLE: NetworkError,
  CONNECT_FAILED: NetworkError,
  CONNECTION_LOST: NetworkError,
  TLS: NetworkError,
  PROTOCOL: NetworkError,
  TIMEOUT: ResponseTimeoutError,
  BROKER_REFUSED: BrokerError,
  FLOW_CONTROL: BrokerError,
  NO_PERMISSION: AccessError,
  TRANSACTION_ROLLED_BACK: TransactionError,
  TRANSACTION_UNKNOWN: TransactionError,
  OPEN_API_REFUSED: OpenApiError,
  INTERNAL: InternalError,
}

/**
 * The error that is due for a fault.
 * @param {import('./native.js').Fault} fault
 * @param {{ cause: unknown }} [why] the cause, where it is the program's
 */
function errorOf(fault, why) {
  const Family = FAMILIES[NAMES.get(fault.code) ?? ''] ?? OnsClientError
  return new Family(fault, why)
}

/** @param {import('./native.js').Fault | null} fault */
function check(fault) {
  if (fault !== null) throw errorOf(fault)
}

/**
 * What was made, unless it is a fault.
 * @template {object} T
 * @param {T | import('./native.js').Fault} made
 * @returns {T}
 */
function made(made) {
  if ('retriable' in made) throw errorOf(made)
  return made
}

/**
 * An error that this half notices.
 * @param {string} name of the code
 * @param {string} message
 */
function fault(name, message, retriable = false) {
  const code = [...NAMES].find(([, it]) => it === name)?.[0] ?? 0
  return errorOf({ code, message, retriable })
}

module.exports = {
  check,
  errorOf,
  fault,
  made,
  classes: {
    OnsClientError,
    ConfigurationError,
    ArgumentError,
    StateError,
    RouteError,
    NetworkError,
    ResponseTimeoutError,
    BrokerError,
    AccessError,
    TransactionError,
    OpenApiError,
    InternalError,
  },
}
