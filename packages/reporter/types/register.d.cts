// See index.d.cts. What is added to `process`.
export type {} from '../dist/register.js' with { 'resolution-mode': 'import' }
