export { blobSource } from './blob-source.ts'
export { blobSymbols } from './blob-symbols.ts'
