'use strict'

const { OpenApi } = require('./lib/openapi/client.js')

module.exports = { OpenApi }
