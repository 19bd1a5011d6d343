export { icedDecoder } from './iced-decoder.ts'
