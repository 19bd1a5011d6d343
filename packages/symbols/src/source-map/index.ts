export { maxSourceMapBytes } from './limits.ts'
export {
  debugIdOf,
  normalDebugId,
  type OriginalPosition,
  openSourceMap,
  type ScriptPosition,
  type SourceExcerpt,
  type SourceMap,
} from './open-source-map.ts'
export { type OriginalFrame, originalFrames, type ScriptFrame } from './script-frames.ts'
export { findSourceMapUrl, scriptPath } from './script-path.ts'
