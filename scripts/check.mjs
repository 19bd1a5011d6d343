// `npm run check`: what a developer runs before each commit; under a minute.
import { runSteps } from './steps.mjs'
import { ensureBuild, ensureDependencies } from './workspace.mjs'

ensureDependencies()
ensureBuild()
runSteps(['lint', 'types', 'unit'])
