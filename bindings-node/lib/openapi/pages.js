'use strict'

/** @typedef {import('../../openapi.js').OpenApiResult<any>} OpenApiResult */

/**
 * The pages from `currentPage` (the first, unless given) to the last. It ends behind the page that
 * the library says is the last, or at an empty one.
 * @param {(parameters: object) => Promise<OpenApiResult>} ask
 * @param {unknown} parameters
 */
async function* pages(ask, parameters) {
  let asked = { .../** @type {any} */ (parameters) }
  for (;;) {
    const result = await ask(asked)
    if (result.items.length === 0) return
    yield result
    if (result.nextPage === undefined) return
    asked = { ...asked, currentPage: result.nextPage }
  }
}

module.exports = { pages }
