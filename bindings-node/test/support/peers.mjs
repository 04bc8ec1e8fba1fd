// Peers that are no good.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { atEnd } from './clients.mjs'

/**
 * Listens until the test ends.
 * @param {import('node:test').TestContext} t
 * @param {(socket: import('node:net').Socket) => void} serve
 * @returns its address
 */
async function listen(t, serve) {
  const sockets = new Set()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return `127.0.0.1:${port}`
}

/**
 * Something that takes connections and never answers.
 * @param {import('node:test').TestContext} t
 */
export function silentPeer(t) {
  return listen(t, (socket) => void socket.resume())
}

/**
 * A server that speaks HTTP.
 * @param {import('node:test').TestContext} t
 */
export function httpPeer(t) {
  const answer = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'
  return listen(t, (socket) => void socket.once('data', () => socket.write(answer)))
}

/** An address that nobody listens on. */
export async function refusingAddress() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return `127.0.0.1:${port}`
}
