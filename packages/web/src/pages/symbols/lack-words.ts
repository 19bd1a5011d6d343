/** What a symbol file does not tell, and what to upload for it. */
export const lackWords: Readonly<Record<string, string>> = {
  functions: 'no names of functions: upload the debug file',
  unwind: 'no unwind information: upload the program',
}
