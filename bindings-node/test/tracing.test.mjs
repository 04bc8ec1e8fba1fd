// What docs/tracing.md shows of OpenTelemetry: its lines are run as they stand there.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { it } from 'node:test'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { Action } from '../index.mjs'
import { DevServer } from '../testing.mjs'
import { atEnd, consumerOn, eventually, producerOn, unique } from './support/clients.mjs'

const GUIDE = new URL('../../docs/tracing.md', import.meta.url)

it('the context travels with a message', async (t) => {
  const snippet = /```js\n(.*?)```/s.exec(await readFile(GUIDE, 'utf8'))?.[1]
  assert.ok(snippet)
  const exporter = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  provider.register()
  atEnd(t, () => provider.shutdown())
  const server = await DevServer.start()
  atEnd(t, () => server.stop())
  const producer = await producerOn(t, server)
  const consumer = consumerOn(t, server, { consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' })
  const topic = unique('orders')
  const names = { context, propagation, SpanKind, trace, Action, producer, consumer, body: 'x' }
  const run = new Function(
    ...Object.keys(names),
    `return (async () => {${snippet}})()`.replaceAll("'orders'", `'${topic}'`),
  )
  await run(...Object.values(names))
  await consumer.start()
  await eventually('both are spans', () => exporter.getFinishedSpans().length === 2)

  const [sent, processed] = exporter.getFinishedSpans()
  assert.deepEqual([sent.name, processed.name], ['send orders', 'process orders'])
  assert.deepEqual([sent.kind, processed.kind], [SpanKind.PRODUCER, SpanKind.CONSUMER])
  assert.equal(processed.parentSpanContext?.spanId, sent.spanContext().spanId)
  assert.equal(processed.spanContext().traceId, sent.spanContext().traceId)
})
