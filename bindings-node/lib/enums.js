'use strict'

const util = require('node:util')

/**
 * An enumeration: each name is its own value.
 * @template {string} T
 * @template {string} [A=never]
 * @param {string} name
 * @param {readonly T[]} names
 * @param {Record<A, T>} [aliases] other names of values
 * @returns {Readonly<Record<T, T> & Record<A, T>> & { readonly values: readonly T[], valueOf(name: string): T }}
 */
function enumeration(name, names, aliases = /** @type {any} */ ({})) {
  const values = Object.fromEntries(names.map((it) => [it, it]))
  const known = new Map([...Object.entries(values), ...Object.entries(aliases)])
  const members = { ...values }
  const hidden = { ...aliases, values: Object.freeze([...names]), valueOf }
  for (const [name, value] of Object.entries(hidden))
    Object.defineProperty(members, name, { value })

  /** @param {any[]} args */
  function valueOf(...args) {
    // JavaScript calls it by itself, where it wants a primitive value.
    if (args.length === 0) return members
    const value = known.get(args[0])
    if (value !== undefined) return value
    const allowed = [...known.keys()].join(', ')
    throw new RangeError(`there is no ${name} ${util.inspect(args[0])}: ${allowed} are allowed`)
  }

  return /** @type {any} */ (Object.freeze(members))
}

const Action = enumeration('Action', ['CommitMessage', 'ReconsumeLater'])
const OrderAction = enumeration('OrderAction', ['Success', 'Suspend'])
const TransactionStatus = enumeration(
  'TransactionStatus',
  ['CommitTransaction', 'RollbackTransaction', 'Unknown'],
  // The vendor's spelling.
  { Unknow: 'Unknown' },
)
const MessageModel = enumeration('MessageModel', ['BROADCASTING', 'CLUSTERING'])

module.exports = { Action, MessageModel, OrderAction, TransactionStatus }
