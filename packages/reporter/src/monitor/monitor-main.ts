/** The monitor as a program: `node monitor-main.js --reporter-url=URL --application-name=NAME --crashes-directory=FOLDER`. */
import { runMonitor } from './run-monitor.ts'

process.exitCode = await runMonitor(process.argv.slice(2))
