'use strict'

const { AsyncResource } = require('node:async_hooks')
const { Answers, nameOf } = require('./answers.js')
const { callable, describe } = require('./check.js')
const { TransactionStatus } = require('./enums.js')
const { hold, release, run } = require('./loop.js')
const { Mailbox } = require('./mailbox.js')
const { outgoing, unpack } = require('./message.js')
const { Parcel } = require('./parcel.js')
const { Sender } = require('./sender.js')

/** @typedef {import('../index.js').TransactionStatus} Status */

const RULES = {
  name: 'TransactionStatus',
  values: TransactionStatus.values,
  otherwise: TransactionStatus.Unknown,
  consequence: 'the outcome is unknown and the broker asks for it later',
}

/** Sends messages that are delivered only when a local transaction was committed. */
class TransactionProducer extends Sender {
  #checker
  #checked
  /** @type {InstanceType<typeof Answers<Status>>} of all executers, which are often made for one message each */
  #executed = new Answers('an executer', RULES)

  /**
   * @param {unknown} config
   * @param {unknown} checker
   */
  constructor(config, checker) {
    const call = callable(checker, 'checker')
    const mailbox = new Mailbox({ keepsAlive: false })
    super(config, 'transactional', mailbox)
    this.#checker = AsyncResource.bind(call)
    /** @type {InstanceType<typeof Answers<Status>>} */
    this.#checked = new Answers(nameOf('checker', call), RULES)
    mailbox.onReady = () => this.#answerChecks()
  }

  /**
   * @param {unknown} message
   * @param {unknown} executer
   * @param {unknown} [arg]
   */
  async send(message, executer, arg) {
    const checked = outgoing(message, 'message')
    const call = callable(executer, 'executer')
    const execute = (/** @type {string} */ messageId) =>
      call({ .../** @type {object} */ (message), messageId }, arg)
    return await this._inFlight.track(this.#transact(checked, execute))
  }

  /**
   * @param {import('./parcel.js').Outgoing} message
   * @param {(messageId: string) => any} execute
   */
  async #transact(message, execute) {
    // The executer may wait for what does not keep the process alive.
    hold()
    try {
      const parcel = Parcel.of(message)
      const { transaction, messageId } = await run((id) => this._native.begin(id, parcel))
      const [status, failure] = await this.#outcome(() => execute(messageId))
      return failure === undefined
        ? await run((id) => this._native.end(id, transaction, status))
        : await run((id) => this._native.fail(id, transaction, failure.why), failure)
    } finally {
      release()
    }
  }

  /**
   * What an executer answers, and why it failed where it did.
   * @param {() => any} execute
   * @returns {Promise<[Status, { why: string, cause: unknown }?]>}
   */
  async #outcome(execute) {
    try {
      return [this.#executed.read(await execute())]
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : describe(cause)
      return [TransactionStatus.Unknown, { why, cause }]
    }
  }

  #answerChecks() {
    for (const batch of this._native.checks()) {
      unpack(batch, (check, message) => {
        hold()
        this.#checked.ask(this.#checker, message, (status) => {
          release()
          this._native.answer(check, status)
        })
      })
    }
  }
}

module.exports = { TransactionProducer }
