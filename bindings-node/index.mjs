// One instance for both module systems: errors and enumerations are the same objects in each.
import onsmq from './index.js'

export const {
  Producer,
  Consumer,
  Action,
  MessageModel,
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
  setLogger,
  version,
} = onsmq
