// Makes a topic by the Open API of a console, and pages through those that are there.
//
//     node openapi.mjs ENDPOINT [TOPIC INSTANCE]
//
// The account is in the environment, as ONS_ACCESS_KEY and ONS_SECRET_KEY. Without a console of your
// own: tests/console/console.py prints its ENDPOINT, and its account is in its head.
import { OpenApiError } from 'onsmq'
import { OpenApi } from 'onsmq/openapi'

const [endpoint, topic, instanceId] = process.argv.slice(2)
if (!endpoint) {
  console.error('usage: node openapi.mjs ENDPOINT [TOPIC INSTANCE]')
  process.exit(2)
}
const client = new OpenApi({
  endpoint,
  accessKey: process.env.ONS_ACCESS_KEY,
  secretKey: process.env.ONS_SECRET_KEY,
})

if (topic !== undefined) {
  try {
    await client.topic.create({ topic, instanceId })
    console.log(`created   ${topic}`)
  } catch (error) {
    // A write is never sent again by itself: it may have been there before, or made by a call whose
    // answer was lost.
    const existed = error instanceof OpenApiError && error.openApiCode === 'BIZ_TOPIC_EXISTED'
    if (!existed) throw error
    console.log(`exists    ${topic}`)
  }
}

for await (const page of client.topic.pages({ pageSize: 20 })) {
  console.log(`page ${page.currentPage}    ${page.items.length} of ${page.total}`)
  for (const item of page.items) console.log(`          ${JSON.stringify(item)}`)
}
