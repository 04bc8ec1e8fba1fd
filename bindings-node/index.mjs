// One instance for both module systems: errors and enumerations are the same objects in each.
import onsmq from './index.js'

export const {
  Producer,
  OrderProducer,
  TransactionProducer,
  Consumer,
  OrderConsumer,
  BatchConsumer,
  SendResult,
  Action,
  OrderAction,
  TransactionStatus,
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
  InternalError,
  setLogger,
  version,
} = onsmq
