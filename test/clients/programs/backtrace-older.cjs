// Runs Backtrace's older client, unmodified: an error with an attachment.
const { createRequire } = require('node:module')
const { writeFileSync } = require('node:fs')
const backtrace = createRequire(`${process.env.CLIENTS}/index.js`)('backtrace-node')

const { SERVER, KEY, LOG } = process.env
writeFileSync(LOG, 'a line of the log')
const attributes = { phase: 'checkout' }
backtrace.initialize({ endpoint: SERVER, token: KEY, attributes, enableMetricsSupport: false })

function total() {
  throw new TypeError('price is not a number')
}

async function main() {
  let result
  try {
    total()
  } catch (error) {
    result = await backtrace.reportAsync(error, {}, [LOG])
  }
  process.stdout.write(`${JSON.stringify({ message: result.message, rxid: result._rxId })}\n`)
  process.exit(0)
}
void main()
