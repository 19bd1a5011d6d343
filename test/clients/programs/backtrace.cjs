// Runs Backtrace's unmodified client: an error with an attachment, and a start of the program for its numbers of use.
const { createRequire } = require('node:module')
const { writeFileSync } = require('node:fs')
const { BacktraceClient } = createRequire(`${process.env.CLIENTS}/index.js`)('@backtrace/node')

writeFileSync(process.env.LOG, 'a line of the log')
const client = BacktraceClient.initialize({
  url: process.env.URL,
  userAttributes: { application: 'shop', 'application.version': '2.0.0', phase: 'checkout', basket: { apples: 3 } },
  attachments: [process.env.LOG],
  breadcrumbs: { enable: true },
  metrics: { enable: true, metricsSubmissionUrl: process.env.METRICS, url: process.env.METRICS },
})

function total() {
  throw new TypeError('price is not a number')
}

async function main() {
  let result
  try {
    total()
  } catch (error) {
    result = await client.send(error)
  }
  await new Promise((resolve) => setTimeout(resolve, 1000))
  process.stdout.write(`${JSON.stringify({ status: result.status, rxid: result.result?._rxid ?? null })}\n`)
  process.exit(0)
}
void main()
