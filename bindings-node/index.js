'use strict'

const native = require('./lib/native.js')
const { classes } = require('./lib/errors.js')
const { Action, MessageModel } = require('./lib/enums.js')
const { setLogger } = require('./lib/log.js')
const { Producer } = require('./lib/producer.js')
const { Consumer } = require('./lib/consumer.js')

module.exports = {
  Producer,
  Consumer,
  Action,
  MessageModel,
  ...classes,
  setLogger,
  version: native.version(),
}
