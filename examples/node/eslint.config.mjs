export { default } from '../../bindings-node/eslint.config.mjs'
