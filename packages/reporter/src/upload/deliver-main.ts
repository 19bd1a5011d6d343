/** A process that sends what waits in the database that its first argument names, and ends. */
import { deliver } from './deliver.ts'
import { deliverySettingsVariable } from './delivery-environment.ts'

const [folder] = process.argv.slice(2)
if (folder !== undefined) await deliver(folder, settings())

function settings(): unknown {
  try {
    return JSON.parse(process.env[deliverySettingsVariable] ?? '')
  } catch {
    return undefined
  }
}
