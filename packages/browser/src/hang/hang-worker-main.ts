/** The worker as a file, for pages whose policy allows no worker from a `blob:` address. */
import { hangWorker } from './hang-worker.ts'

hangWorker()
