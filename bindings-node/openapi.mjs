import openapi from './openapi.js'

export const { OpenApi } = openapi
