import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { OpenApiError, Producer } from '../index.mjs'
import { OpenApi } from '../openapi.mjs'
import { DevServer } from '../testing.mjs'

describe("the dev server's console", () => {
  /** @type {DevServer} */
  let server
  before(async () => (server = await DevServer.start({ autoCreateTopics: false })))
  after(() => server.stop())

  it('makes a topic that takes messages, and finds them', async () => {
    const endpoint = server.consoleUrl ?? assert.fail('no console')
    const api = new OpenApi({ endpoint, accessKey: 'dev', secretKey: 'dev-secret' })
    await api.topic.create({ topic: 'T', instanceId: 'inst' })
    await assert.rejects(api.topic.create({ topic: 'T', instanceId: 'inst' }), OpenApiError)
    const producer = new Producer({ namesrvAddr: server.namesrvAddr, groupId: 'GID_js' })
    await producer.start()
    const { messageId } = await producer.send({ topic: 'T', body: 'hello' })
    await producer.shutdown()
    /** @type {any} */
    const { data } = await api.message.getById({ msgId: messageId, topic: 'T' })
    assert.equal(data.topic, 'T')
  })

  it('shows a page', async () => {
    const page = await fetch(server.consoleUrl ?? '')
    assert.ok((await page.text()).includes(server.namesrvAddr))
  })
})
