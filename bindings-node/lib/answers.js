'use strict'

const log = require('./log.js')
const { describe } = require('./check.js')

/**
 * What callbacks of the program's answer: a value of an enumeration, now or later. All else counts
 * as one of them, and the log says so.
 * @template {string} T
 */
class Answers {
  #name
  #values
  #otherwise
  #consequence
  #allowed
  #hasWarned = false

  /**
   * @param {string} name of the callback
   * @param {{ name: string, values: readonly T[], otherwise: T, consequence: string }} rules
   */
  constructor(name, { name: enumeration, values, otherwise, consequence }) {
    this.#name = name
    this.#values = values
    this.#otherwise = otherwise
    this.#consequence = consequence
    this.#allowed = values.map((value) => `${enumeration}.${value}`).join(' or ')
  }

  /**
   * Calls, and has `end` called once with what it answers, on this stack or later.
   * @template I
   * @param {(it: I) => any} call
   * @param {I} it
   * @param {(value: T) => void} end
   */
  ask(call, it, end) {
    let said
    try {
      said = call(it)
      if (typeof said?.then === 'function') {
        return void Promise.resolve(said).then(
          (said) => end(this.read(said)),
          (error) => end(this.#failed(error)),
        )
      }
    } catch (error) {
      return end(this.#failed(error))
    }
    end(this.read(said))
  }

  /**
   * A callback that says nothing may well have done its work: its author is told once.
   * @param {any} said
   * @returns {T}
   */
  read(said) {
    if (this.#values.includes(said)) return said
    if (!this.#hasWarned) {
      const text = `${this.#name} returned ${describe(said)}, ${this.#consequence}: return ${this.#allowed}`
      log.warn(`${this.#name} said nothing`, text)
    }
    this.#hasWarned = true
    return this.#otherwise
  }

  /** @param {unknown} error */
  #failed(error) {
    const text = `${this.#name} failed, ${this.#consequence}: ${log.describeError(error)}`
    log.warn(this.#name, text)
    return this.#otherwise
  }
}

/**
 * What to call a function of the program's.
 * @param {string} role
 * @param {Function} call
 */
function nameOf(role, call) {
  return call.name ? `${role} \`${call.name}\`` : `the ${role}`
}

module.exports = { Answers, nameOf }
