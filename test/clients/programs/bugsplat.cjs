// Runs BugSplat's unmodified clients: the one for Node.js, the newest, and the one that uploads in three steps.
const { createRequire } = require('node:module')
const { readFileSync } = require('node:fs')
const load = createRequire(`${process.env.CLIENTS}/index.js`)

function total() {
  throw new TypeError('price is not a number')
}

async function main() {
  // They log what they do.
  console.log = () => undefined
  const answer = await post()
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

async function post() {
  const { CLIENT, DATABASE, LOG, DUMP } = process.env
  if (CLIENT === 'upload') {
    const { CrashPostClient } = load('@bugsplat/js-api-client')
    const bytes = readFileSync(DUMP)
    const file = { name: 'crash.zip', size: bytes.length, file: new Blob([bytes]) }
    const response = await new CrashPostClient(DATABASE).postCrash('shop', '2.0.0', { name: 'Crashpad', id: 5 }, file, {
      phase: 'checkout',
    })
    return { status: response.status, json: await response.json() }
  }
  try {
    total()
  } catch (error) {
    if (CLIENT === 'node') {
      const { BugSplatNode } = load('bugsplat-node')
      const client = new BugSplatNode(DATABASE, 'shop', '2.0.0')
      client.setDefaultAdditionalFilePaths([LOG])
      const { error: failure, response } = await client.post(error, { user: 'Ann', email: 'ann@example.com', description: 'it broke' })
      return { failure: failure ? failure.message : null, response }
    }
    const { BugSplat } = load('bugsplat9')
    const client = new BugSplat(DATABASE, 'shop', '2.0.0')
    const { error: failure, response } = await client.post(error, { attributes: { phase: 'checkout' } })
    const feedback = await client.postFeedback('slow', { description: 'it is slow' })
    return { failure: failure ? failure.message : null, response, feedback: feedback.error ? feedback.error.message : null }
  }
}
void main()
