export { FilePool, type FileSource, fileSource } from './file-source.ts'
export { type FolderSymbols, folderSymbols } from './folder-symbols.ts'
