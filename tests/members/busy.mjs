// Sends to a broker that is busy: `busy.mjs NAMESRV_ADDR TOPIC`. It fails unless that is said so.
import assert from 'node:assert/strict'
import { BrokerError, Producer } from '../../bindings-node/index.mjs'

const [namesrvAddr, topic] = process.argv.slice(2)
const producer = new Producer({ namesrvAddr, sendMsgTimeoutMillis: 1000 })
await producer.start()
await assert.rejects(producer.send({ topic, body: 'body' }), (/** @type {any} */ error) => {
  assert.ok(error instanceof BrokerError)
  assert.deepEqual([error.codeName, error.brokerCode, error.retriable], ['FLOW_CONTROL', 2, true])
  return true
})
await producer.shutdown()
