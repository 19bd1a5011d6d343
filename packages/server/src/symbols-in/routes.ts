/** Every address of every protocol that uploads symbols, in one table; `registerUploads` reads it, and so does the test that none hides another. */
import { answerCheckStatus, answerFormUpload, answerPut, answerUploads } from './breakpad.ts'
import { answerAuthenticate, answerAuthorize, answerComplete, answerPutFile, answerRemove, answerUploadUrl } from './bugsplat.ts'
import type { Answer } from './protocol.ts'
import { answerChunkOptions, answerChunks } from './sentry/chunks.ts'
import { answerAssembleFiles, answerZip } from './sentry/debug-files.ts'
import { answerDeploy, answerEmptyList, answerInfo, answerNothing, answerRelease } from './sentry/sentry-api.ts'
import { answerAssembleBundle, answerReleaseFile } from './sentry/source-maps.ts'
import { answerTeckenAuthInfo, answerTeckenUpload } from './tecken.ts'

export interface UploadRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly answer: Answer
}

const organization = '/api/0/organizations/:organization'
const project = '/api/0/projects/:organization/:project'

export const uploadRoutes: readonly UploadRoute[] = [
  { method: 'POST', url: '/sym-upload', answer: answerFormUpload },
  { method: 'POST', url: '/sym-upload/:project', answer: answerFormUpload },
  { method: 'GET', url: '/sym-upload/:project/v1/*', answer: answerCheckStatus },
  { method: 'POST', url: '/sym-upload/:project/v1/*', answer: answerUploads },
  { method: 'PUT', url: '/sym-upload/:project/file/:upload', answer: answerPut },

  { method: 'POST', url: '/upload/', answer: answerTeckenUpload },
  { method: 'POST', url: '/upload', answer: answerTeckenUpload },
  { method: 'POST', url: '/upload/auth_info/', answer: answerTeckenAuthInfo },

  { method: 'GET', url: '/api/0/', answer: answerInfo },
  { method: 'GET', url: `${organization}/chunk-upload/`, answer: answerChunkOptions },
  { method: 'POST', url: `${organization}/chunk-upload/`, answer: answerChunks },
  { method: 'POST', url: `${project}/files/difs/assemble/`, answer: answerAssembleFiles },
  { method: 'GET', url: `${project}/files/dsyms/`, answer: answerEmptyList },
  { method: 'POST', url: `${project}/files/dsyms/`, answer: answerZip },
  { method: 'POST', url: `${project}/reprocessing/`, answer: answerNothing },
  { method: 'POST', url: `${organization}/artifactbundle/assemble/`, answer: answerAssembleBundle },
  { method: 'POST', url: `${organization}/releases/`, answer: answerRelease },
  { method: 'GET', url: `${organization}/releases/`, answer: answerEmptyList },
  { method: 'GET', url: `${organization}/releases/:version/`, answer: answerRelease },
  { method: 'PUT', url: `${organization}/releases/:version/`, answer: answerRelease },
  { method: 'POST', url: `${organization}/releases/:version/deploys/`, answer: answerDeploy },
  { method: 'POST', url: `${organization}/releases/:version/assemble/`, answer: answerAssembleBundle },
  { method: 'GET', url: `${organization}/releases/:version/files/`, answer: answerEmptyList },
  { method: 'POST', url: `${organization}/releases/:version/files/`, answer: answerReleaseFile },
  { method: 'GET', url: `${project}/releases/`, answer: answerEmptyList },
  { method: 'GET', url: `${project}/releases/:version/files/`, answer: answerEmptyList },
  { method: 'POST', url: `${project}/releases/:version/files/`, answer: answerReleaseFile },

  { method: 'POST', url: '/oauth2/authorize', answer: answerAuthorize },
  { method: 'POST', url: '/api/authenticatev3', answer: answerAuthenticate },
  { method: 'POST', url: '/symsrv/uploadUrl', answer: answerUploadUrl },
  { method: 'POST', url: '/symsrv/uploadComplete', answer: answerComplete },
  { method: 'PUT', url: '/symsrv/file/:token', answer: answerPutFile },
  { method: 'POST', url: '/api/v2/versions', answer: answerUploadUrl },
  { method: 'DELETE', url: '/api/v2/versions', answer: answerRemove },
  { method: 'POST', url: '/post/bp/symbol/breakpadsymbols.php', answer: answerFormUpload },
]
