// workers.mjs WAY ROUNDS: starts workers and terminates them, so that a crash is this program's.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const [way, rounds] = [process.argv[2], Number(process.argv[3])]
const file = new URL('./worker.mjs', import.meta.url)

/** @param {Record<string, unknown>} data */
function worker(data) {
  const groupId = `GID_${data.task}`
  return new Worker(file, { workerData: { topic: 'workers', groupId, ...data } })
}

/** @param {Worker} worker */
async function said(worker) {
  const [message] = await once(worker, 'message')
  return message
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function server() {
  const { DevServer } = await import('../../testing.mjs')
  return await DevServer.start()
}

/** @type {Record<string, (round: number) => unknown>} */
const WAYS = {
  'terminated while it runs, being all that loads the package': async () => {
    const it = worker({ task: 'flow' })
    await said(it)
    await it.terminate()
  },
  'terminated while clients of every kind run': async () => {
    const it = worker({ task: 'kinds' })
    await said(it)
    await it.terminate()
  },
  'terminated at any moment of its start': async (round) => {
    const it = worker({ task: round % 2 ? 'flow' : 'kinds' })
    await pause(round % 25 === 24 ? 0 : 20 + round * 2)
    await it.terminate()
  },
  'ends by process.exit': async () => {
    const it = worker({ task: 'exit' })
    const [code] = await once(it, 'exit')
    if (code !== 0) throw new Error(`it ended with ${code}`)
  },
}

if (way === 'log is given back') {
  const it = worker({ task: 'log' })
  await said(it)
  await it.terminate()
  const { Producer } = await import('../../index.mjs')
  const producer = new Producer({ namesrvAddr: '127.0.0.1:1' })
  await producer.start()
  await producer.send({ topic: 'topic', body: 'x' }).catch(() => {})
} else if (way === 'several at once, beside the main thread') {
  const { namesrvAddr } = await server()
  for (let round = 0; round < rounds; round += 5) {
    const workers = Array.from({ length: 4 }, (_, at) =>
      worker({ task: 'flow', namesrvAddr, topic: `topic_${at}`, groupId: `GID_${round}_${at}` }),
    )
    await Promise.all(workers.map(said))
    await Promise.all(workers.map((it) => it.terminate()))
  }
} else if (way === 'ends by itself with a producer that idles') {
  const { namesrvAddr } = await server()
  for (let round = 0; round < rounds; round++) {
    const [code] = await once(worker({ task: 'idle', namesrvAddr }), 'exit')
    if (code !== 0) throw new Error(`it ended with ${code}`)
  }
} else {
  for (let round = 0; round < rounds; round++) await WAYS[way](round)
}
console.log('done')
