export { type ByteDemangler, createDemangler, type Demangle, loadDemangler } from './create-demangler.ts'
export { isMangled } from './mangling.ts'
