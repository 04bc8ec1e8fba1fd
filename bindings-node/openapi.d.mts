export * from './openapi.js'
