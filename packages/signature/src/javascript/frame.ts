/** One line of a JavaScript stack. Line and column count from 1 and are those of the file as it was delivered. */
export interface JavaScriptFrame {
  function: string | null
  url: string | null
  line: number | null
  column: number | null
  raw: string
}
