'use strict'

const { parse } = require('./json.js')

/** What a console answered; `openapi.d.ts` says more. */
class OpenApiResult {
  /** @param {import('../native.js').Answer} answer */
  constructor({ data, total, currentPage, pageSize, nextPage, requestId, message }) {
    /** @type {any} */
    this.data = parse(data)
    this.total = total
    this.currentPage = currentPage
    this.pageSize = pageSize
    this.nextPage = nextPage
    this.requestId = requestId
    this.message = message
  }

  /** @returns {any[]} */
  get items() {
    if (Array.isArray(this.data)) return this.data
    const lists = Object.values(this.data ?? {}).filter((it) => Array.isArray(it))
    return lists.length === 1 ? lists[0] : []
  }
}

module.exports = { OpenApiResult }
