/** Values of Crashpad's `ptype` and Electron's `process_type`. Chromium calls its main process the browser. */
const processNames: Readonly<Record<string, string>> = {
  browser: 'The main process',
  renderer: 'The renderer',
  'gpu-process': 'The GPU process',
  utility: 'A utility process',
  node: 'The Node.js process',
  zygote: 'The zygote',
  ppapi: 'The plug-in process',
  'crashpad-handler': 'The crash handler',
  extension: 'An extension process',
}

const maxTypeLength = 40

/** What to call the process in a sentence: by its type, without one by nothing more than "the process". */
export function processName(type: string | undefined): string {
  if (type === undefined || type === '') return 'The process'
  return Object.hasOwn(processNames, type) ? (processNames[type] ?? 'The process') : `The process of type ${type.slice(0, maxTypeLength)}`
}
