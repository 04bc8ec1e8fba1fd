import js from '@eslint/js'

const node = [
  'AbortController',
  'AbortSignal',
  'Buffer',
  'console',
  'performance',
  'process',
  'setImmediate',
  'structuredClone',
]
const timers = [
  'SharedArrayBuffer',
  'clearInterval',
  'clearTimeout',
  'setInterval',
  'setTimeout',
  'URL',
]
const commonJs = { require: 'readonly', module: 'writable', __dirname: 'readonly' }
const known = Object.fromEntries([...node, 'fetch', ...timers].map((name) => [name, 'readonly']))

export default [
  { ignores: ['**/*.ts', '**/*.mts'] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2022, globals: known },
    rules: {
      eqeqeq: 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: commonJs },
    rules: { strict: ['error', 'global'] },
  },
]
