export { BrowserError, type BrowserErrorCode } from '../errors.ts'
export { fastifyReporting, type PageRequest, type PageResponse, reportingMiddleware } from './middleware.ts'
export { type ReportingHeaders, type ReportingOptions, reportingEndpoints } from './reporting-endpoints.ts'
