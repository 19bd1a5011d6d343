// `npm start`: installs and builds what is missing, then serves on 127.0.0.1:8080 with everything kept in ./crashkeep-data.
// `npm start -- --port 9090` passes its words on to `crashkeep serve`.
import { join } from 'node:path'
import { ensureBuild, ensureDependencies, pinnedNode, root, runInForeground } from './workspace.mjs'

ensureDependencies()
ensureBuild()
runInForeground(pinnedNode(), [join(root, 'packages/cli/dist/main.js'), 'serve', '--keyless-project', 'default', ...process.argv.slice(2)])
