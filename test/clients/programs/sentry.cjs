// Runs Sentry's unmodified client: an error with everything around it, feedback about it, and a session.
const { createRequire } = require('node:module')
const Sentry = createRequire(`${process.env.CLIENTS}/index.js`)(process.env.CLIENT)

Sentry.init({ dsn: process.env.DSN, release: 'shop@2.0.0', environment: 'test', dist: '7', defaultIntegrations: undefined })
Sentry.setUser({ id: '42', email: 'ann@example.com' })
Sentry.setTag('phase', 'checkout')
Sentry.addBreadcrumb({ category: 'cart', message: 'one more' })

function readPrice() {
  throw new RangeError('price below zero')
}

function total() {
  try {
    readPrice()
  } catch (cause) {
    throw new TypeError('price is not a number', { cause })
  }
}

async function main() {
  let id
  Sentry.withScope((scope) => {
    scope.addAttachment({ filename: 'shop.log', data: 'a line of the log', contentType: 'text/plain' })
    scope.setExtra('basket', { apples: 3 })
    try {
      total()
    } catch (error) {
      id = Sentry.captureException(error)
    }
  })
  await Sentry.flush(10_000)
  // Older ones of Node.js cannot.
  Sentry.captureFeedback?.({ message: 'it broke', name: 'Ann', email: 'ann@example.com', associatedEventId: id })
  Sentry.startSession()
  Sentry.endSession()
  Sentry.captureMessage('only words')
  await Sentry.close(10_000)
  process.stdout.write(`${JSON.stringify({ id })}\n`)
}
void main()
