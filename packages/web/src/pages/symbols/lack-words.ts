/** What a symbol file does not tell, and what to upload for it. */
export const lackWords: Readonly<Record<string, { readonly lacks: string; readonly upload: string }>> = {
  functions: { lacks: 'no names of functions', upload: 'the debug file' },
  unwind: { lacks: 'no unwind information', upload: 'the program' },
}

export function lackSentence(part: string): string {
  const words = lackWords[part]
  return words === undefined ? part : `${words.lacks}: upload ${words.upload}`
}
