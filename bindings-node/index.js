'use strict'

const native = require('./lib/native.js')
const { classes } = require('./lib/errors.js')
const { Action, MessageModel, OrderAction, TransactionStatus } = require('./lib/enums.js')
const { setLogger } = require('./lib/log.js')
const { SendResult } = require('./lib/send_result.js')
const { OrderProducer, Producer } = require('./lib/producer.js')
const { TransactionProducer } = require('./lib/transaction.js')
const { BatchConsumer, Consumer, OrderConsumer } = require('./lib/consumer.js')

module.exports = {
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
  ...classes,
  setLogger,
  version: native.version(),
}
