export { FilePool, type FileSource, fileSource } from './file-source.ts'
export { type FolderSymbols, type FolderSymbolsOptions, folderSymbols } from './folder-symbols.ts'
export { nodeDemangler, readDemangler } from './read-demangler.ts'
export { indexPathBeside, minIndexedBytes, openIndexedSymbols } from './symbol-index.ts'
