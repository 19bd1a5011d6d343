/** A process that keeps its symbols open, as the server's do: walks the dump once for each message and answers with the milliseconds. */
import { readMinidump } from '../packages/minidump/dist/index.js'
import { fileSource } from '../packages/minidump/dist/node/index.js'
import { icedDecoder } from '../packages/stackwalk/dist/iced/index.js'
import { formatJson, processMinidump } from '../packages/stackwalk/dist/index.js'
import { folderSymbols } from '../packages/symbols/dist/node/index.js'

const [path = '', ...folders] = process.argv.slice(2)
const symbols = folderSymbols(folders, { indexes: 'nowhere' })

process.on('message', () => {
  const start = performance.now()
  const cpu = process.cpuUsage()
  const source = fileSource(path)
  const length = formatJson(processMinidump(readMinidump(source), { symbols, decoder: icedDecoder })).length
  source.close()
  const { user, system } = process.cpuUsage(cpu)
  process.send?.({
    wallMs: performance.now() - start,
    cpuMs: (user + system) / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
    length,
  })
})
