import testing from './testing.js'

export const { DevServer } = testing
