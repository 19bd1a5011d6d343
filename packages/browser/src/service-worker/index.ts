export { type ServiceWorkerScope, witness } from './witness.ts'
