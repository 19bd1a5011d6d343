/** Every address of every protocol that uploads symbols, in one table; `registerUploads` reads it, and so does the test that none hides another. */
import { answerCheckStatus, answerFormUpload, answerPut, answerUploads } from './breakpad.ts'
import type { Answer } from './protocol.ts'
import { answerTeckenAuthInfo, answerTeckenUpload } from './tecken.ts'

export interface UploadRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly answer: Answer
}

export const uploadRoutes: readonly UploadRoute[] = [
  { method: 'POST', url: '/sym-upload', answer: answerFormUpload },
  { method: 'POST', url: '/sym-upload/:project', answer: answerFormUpload },
  { method: 'GET', url: '/sym-upload/:project/v1/*', answer: answerCheckStatus },
  { method: 'POST', url: '/sym-upload/:project/v1/*', answer: answerUploads },
  { method: 'PUT', url: '/sym-upload/:project/file/:upload', answer: answerPut },

  { method: 'POST', url: '/upload/', answer: answerTeckenUpload },
  { method: 'POST', url: '/upload', answer: answerTeckenUpload },
  { method: 'POST', url: '/upload/auth_info/', answer: answerTeckenAuthInfo },
]
