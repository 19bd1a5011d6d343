/**
 * What tests get when they import fast-check (an alias in vitest.config.ts): it draws the same inputs in every run, so that a run is not
 * refused for what another one would not have met. `CRASHKEEP_SEED=N vitest run …` draws others; `npm run fuzz` looks for new ones.
 */
import { createRequire } from 'node:module'
import type fastCheck from 'fast-check'

const defaultSeed = 20_261_120

// By its name it would be this file again. The package exports itself under both forms alike.
const fc: typeof fastCheck = createRequire(import.meta.url)('fast-check')
fc.configureGlobal({ seed: Number(process.env.CRASHKEEP_SEED ?? defaultSeed) })

// biome-ignore lint/style/noDefaultExport: as fast-check does.
export default fc
