export type { BrowserReport, ReportBody } from '../report/crash-report.ts'
export { Agent, type AgentOptions, type Death, type LoadedDocument } from './agent.ts'
export type { Fetch } from './delivery.ts'
export { type DocumentEndpoints, documentEndpoints, type ResponseHeaders } from './document-endpoints.ts'
export {
  type ChildGoneDetails,
  type ElectronApp,
  type ElectronContents,
  type ElectronOptions,
  type GoneDetails,
  watchElectron,
} from './watch-electron.ts'
