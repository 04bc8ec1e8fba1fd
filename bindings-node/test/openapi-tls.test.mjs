import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { tool } from './support/cluster.mjs'
import { Console } from './support/console.mjs'

const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
before(() => {
  const program = tool().replace('onsmq-test-broker', 'onsmq-test-certificates')
  execFileSync(program, [folder])
})
after(() => rmSync(folder, { recursive: true }))

/**
 * Asks a console with a certificate, trusting an authority.
 * @param {string} name
 * @param {string} ca
 */
async function ask(name, ca) {
  const files = ['--cert', join(folder, `${name}.pem`), '--key', join(folder, `${name}.key`)]
  const console = await Console.start(files)
  try {
    const client = console.client('', { tlsClientTrustCertPath: join(folder, ca) })
    return await client.topic.get({ topic: 'T' })
  } finally {
    await console.stop()
  }
}

describe('a console that talks in TLS', () => {
  it('is asked where its certificate is good', async () => {
    const { data } = await ask('good', 'good-ca.pem')
    assert.equal(/** @type {any} */ (data).topic, 'T')
  })

  for (const { name, ca, words } of [
    { name: 'good', ca: 'expired-ca.pem', words: /not trusted here/ },
    { name: 'expired', ca: 'expired-ca.pem', words: /has expired/ },
    { name: 'elsewhere', ca: 'elsewhere-ca.pem', words: /use a host that the certificate names/ },
  ]) {
    it(`is not asked where it is ${name} and ${ca} is trusted`, async () => {
      await assert.rejects(ask(name, ca), {
        codeName: 'TLS',
        operation: 'topic/get',
        message: words,
      })
    })
  }
})
