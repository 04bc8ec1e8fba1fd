import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Action, MessageModel, OrderAction, TransactionStatus } from '../index.mjs'

/** @type {[string, any, string[]][]} */
const ENUMERATIONS = [
  ['Action', Action, ['CommitMessage', 'ReconsumeLater']],
  ['OrderAction', OrderAction, ['Success', 'Suspend']],
  ['TransactionStatus', TransactionStatus, ['CommitTransaction', 'RollbackTransaction', 'Unknown']],
  ['MessageModel', MessageModel, ['BROADCASTING', 'CLUSTERING']],
]
const WRONG = ['commitMessage', 'SUSPEND', 'unknown', '', ' CommitMessage', 'values', 'valueOf', 1]

describe('an enumeration', () => {
  for (const [name, enumeration, names] of ENUMERATIONS) {
    it(`has values, and takes exact names only: ${name}`, () => {
      assert.deepEqual(enumeration.values, names)
      assert.deepEqual(Object.keys(enumeration), names)
      for (const it of names) {
        assert.equal(enumeration.valueOf(it), it)
        assert.equal(/** @type {any} */ (enumeration)[it], it)
      }
      for (const wrong of [...WRONG, undefined, null, {}]) {
        assert.throws(() => enumeration.valueOf(/** @type {any} */ (wrong)), {
          name: 'RangeError',
          message: new RegExp(`there is no ${name} .*: ${names.join(', ')}.* are allowed`, 's'),
        })
      }
    })

    it(`is frozen, and behaves as objects do: ${name}`, () => {
      assert.ok(Object.isFrozen(enumeration) && Object.isFrozen(enumeration.values))
      assert.equal(enumeration.valueOf(), enumeration)
      assert.equal(`${enumeration}`, '[object Object]')
      assert.equal(/** @type {any} */ (enumeration) + '', '[object Object]')
    })
  }

  it('has the vendor’s spelling as well', () => {
    assert.equal(TransactionStatus.Unknow, TransactionStatus.Unknown)
    assert.equal(TransactionStatus.valueOf('Unknow'), TransactionStatus.Unknown)
  })
})
