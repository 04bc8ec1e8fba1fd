// The Node face, measured as bench/c measures C's: the same arguments, the same lines.

import { Action, BatchConsumer, Consumer, Producer } from '../../bindings-node/index.mjs'

const text = {
  address: '127.0.0.1:9876',
  topic: 'bench',
  server: 'unknown',
  scenario: 'async',
  messages: '100000',
  body: '128',
  many: '1000',
  group: 'GID_drain',
  ...Object.fromEntries(process.argv.slice(2).map((it) => it.split('='))),
}
const messages = Number(text.messages)
const many = Number(text.many)
const body = Buffer.alloc(Number(text.body), 'x')
const options = { namesrvAddr: text.address }
const message = () => ({ topic: text.topic, body })
let begun

function begin() {
  begun = [performance.now(), process.cpuUsage()]
}

function report() {
  const wall = (performance.now() - begun[0]) / 1000
  const cpu = process.cpuUsage(begun[1])
  const line = {
    client: 'onsmq',
    language: 'Node',
    scenario: text.scenario,
    body_bytes: body.length,
    threads: 1,
    messages,
    msg_per_s: Math.round(messages / wall),
    p50_us: null,
    p99_us: null,
    client_cpu_s_per_1M: Number(((cpu.user + cpu.system) / messages).toFixed(3)),
    client_rss_mib: Number((process.resourceUsage().maxRSS / 1024).toFixed(1)),
    server: text.server,
  }
  console.log(JSON.stringify(line))
}

async function send(round) {
  const producer = new Producer(options)
  await producer.start()
  await producer.send(message())
  begin()
  for (let at = 0; at < messages; at += many) await round(producer)
  report()
  await producer.shutdown()
}

async function drain() {
  const size = Math.min(many, 32)
  const config = {
    ...options,
    groupId: text.group,
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    ...(size > 1 ? { consumeMessageBatchMaxSize: size } : {}),
  }
  const consumer = size > 1 ? new BatchConsumer(config) : new Consumer(config)
  let count = 0
  await new Promise((resolve, reject) => {
    consumer.subscribe(text.topic, '*', (received) => {
      if (count === 0) begin()
      count += size > 1 ? received.length : 1
      if (count >= messages) resolve()
      return Action.CommitMessage
    })
    consumer.start().catch(reject)
  })
  report()
  await consumer.shutdown()
}

const scenarios = {
  many: () =>
    send(async (producer) => {
      const sent = await producer.sendMany(Array.from({ length: many }, message))
      const failed = sent.find((it) => it instanceof Error)
      if (failed) throw failed
    }),
  async: () =>
    send((producer) => Promise.all(Array.from({ length: many }, () => producer.send(message())))),
  drain,
}
await scenarios[text.scenario]()
