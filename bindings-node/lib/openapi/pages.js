'use strict'

/** @typedef {import('../../openapi.js').OpenApiResult<any>} OpenApiResult */

/** What the console takes where nothing was asked for. */
const PAGE_SIZE = 20

/**
 * The pages from `currentPage` (the first, unless given) to the last. It ends behind the page that
 * `total` says is the last, or at an empty one.
 * @param {(parameters: object) => Promise<OpenApiResult>} ask
 * @param {unknown} parameters
 */
async function* pages(ask, parameters) {
  const given = /** @type {Record<string, any>} */ ({ .../** @type {any} */ (parameters) })
  for (let page = given.currentPage ?? 1; ; page = Number(page) + 1) {
    const result = await ask({ ...given, currentPage: page })
    if (result.items.length === 0) return
    yield result
    if (!hasMore(result, Number(page), given.pageSize)) return
  }
}

/**
 * Whether there is a page behind this one. Where the console does not say how many there are, a page
 * that is not full is the last.
 * @param {OpenApiResult} result
 * @param {number} page
 * @param {unknown} asked
 */
function hasMore({ items, pageSize, total }, page, asked) {
  const size = pageSize || Number(asked ?? PAGE_SIZE)
  return total ? page * size < total : items.length >= size
}

module.exports = { pages }
