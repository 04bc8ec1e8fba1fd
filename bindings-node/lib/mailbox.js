'use strict'

const { clients, hold, release, take } = require('./loop.js')

/** What comes to a client while it is started, which is reachable as long. */
class Mailbox {
  /** What the native half knows it by. */
  number = take()
  /** Takes what has come. */
  onReady = () => {}
  #keepsAlive

  /** @param {{ keepsAlive: boolean }} options whether the process lives as long */
  constructor({ keepsAlive }) {
    this.#keepsAlive = keepsAlive
  }

  open() {
    if (clients.has(this.number)) return
    clients.set(this.number, () => this.onReady())
    if (this.#keepsAlive) hold()
  }

  close() {
    if (clients.delete(this.number) && this.#keepsAlive) release()
  }
}

module.exports = { Mailbox }
