// The main program of a single executable, which can require nothing but Node's own modules by itself: single-executable WAY SUBMIT_URL DATABASE.
const { createRequire } = require('node:module')
const { crashReporter } = createRequire(process.execPath)('@crashkeep/reporter')

const [way, submitURL, crashesDirectory] = process.argv.slice(2)
crashReporter.start({ submitURL, crashesDirectory, productName: 'Single', extra: { way } })
if (way === 'signal') process.kill(process.pid, 'SIGSEGV')
if (way === 'throw') throw new Error('thrown in a single executable')
// Until the server has what an earlier run left.
const timer = setInterval(() => {
  if (crashReporter.getLastCrashReport() === null) return
  clearInterval(timer)
  console.log(crashReporter.getLastCrashReport().id)
}, 50)
