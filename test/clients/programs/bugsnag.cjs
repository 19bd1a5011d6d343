// Runs one of Bugsnag's unmodified clients: an error and the session of its start.
const { createRequire } = require('node:module')
const loaded = createRequire(`${process.env.CLIENTS}/index.js`)(process.env.CLIENT)
const Bugsnag = loaded.default ?? loaded

const client = Bugsnag.start({
  apiKey: process.env.KEY,
  endpoints: { notify: `${process.env.SERVER}${process.env.NOTIFY_PATH}`, sessions: `${process.env.SERVER}/sessions` },
  appVersion: '2.0.0',
  appType: 'worker',
  logger: null,
  metadata: { basket: { apples: 3 } },
  user: { id: '42' },
})
client.leaveBreadcrumb('one more', { what: 'apple' })
const session = client.startSession()

function total() {
  throw new TypeError('price is not a number')
}

try {
  total()
} catch (error) {
  session.notify(error, undefined, (failure) => {
    process.stdout.write(`${JSON.stringify({ failure: failure ? String(failure) : null })}\n`)
    // Sessions are summed up for ten seconds before they are sent.
    if (process.env.SESSIONS === 'yes') setTimeout(() => undefined, 12_000)
  })
}
