export { openIcedDecoder } from '../iced/open-iced-decoder.ts'
export { blobSource } from './blob-source.ts'
export { blobSymbols } from './blob-symbols.ts'
