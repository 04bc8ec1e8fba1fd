'use strict'

const util = require('node:util')

/**
 * An enumeration: each name is its own value. `of` is strict, and not called `valueOf` because
 * every object has one of those, which JavaScript calls.
 * @template {string} T
 * @param {string} name
 * @param {readonly T[]} names
 * @returns {Readonly<{ [K in T]: K }> & { readonly values: readonly T[], of(name: string): T }}
 */
function enumeration(name, names) {
  const members = Object.fromEntries(names.map((it) => [it, it]))
  /** @param {any} text */
  const of = (text) => {
    if (names.includes(text)) return text
    throw new RangeError(`there is no ${name} ${util.inspect(text)}: ${names.join(', ')} are`)
  }
  Object.defineProperty(members, 'values', { value: Object.freeze([...names]) })
  Object.defineProperty(members, 'of', { value: of })
  return /** @type {any} */ (Object.freeze(members))
}

const Action = enumeration('Action', ['CommitMessage', 'ReconsumeLater'])
const MessageModel = enumeration('MessageModel', ['BROADCASTING', 'CLUSTERING'])

module.exports = { Action, MessageModel }
