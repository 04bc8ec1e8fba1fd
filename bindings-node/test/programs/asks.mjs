// Asks a console, and ends in some way.
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { OpenApi } from '../../openapi.mjs'
import { ACCESS_KEY as accessKey, SECRET_KEY as secretKey } from '../support/console.mjs'

const [endpoint, way] = isMainThread ? process.argv.slice(2) : workerData
const client = new OpenApi({ endpoint, accessKey, secretKey })

async function shows() {
  const { items } = await client.topic.listNames()
  console.log(items[0])
}

/** @type {Record<string, () => unknown>} */
const ways = {
  idle() {
    void new OpenApi({ endpoint, accessKey, secretKey })
    return shows()
  },
  waits: () => void shows(),
  exit() {
    void shows()
    setTimeout(() => process.exit(), 100)
  },
  abort: () => client.topic.listNames({ signal: AbortSignal.timeout(100) }).catch(() => {}),
  async worker() {
    const worker = new Worker(new URL(import.meta.url), { workerData: [endpoint, 'waits'] })
    await new Promise((resolve) => worker.once('online', resolve))
    await new Promise((resolve) => setTimeout(resolve, 200))
    await worker.terminate()
    console.log('ended')
  },
}
await ways[way]()
