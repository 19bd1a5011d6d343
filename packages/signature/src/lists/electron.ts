import type { RuleList } from './rule-list.ts'

export const electron: RuleList = {
  name: 'Electron',
  irrelevant: [
    // What Electron installs for V8's errors, and what `process.crash()` runs through.
    'electron::(?:V8FatalErrorCallback|V8OOMErrorCallback)$',
    '\\(anonymous namespace\\)::(?:V8FatalErrorCallback|V8OOMErrorCallback|FatalErrorCallback)$',
    'electron::\\(anonymous namespace\\)::(?:V8FatalErrorCallback|V8OOMErrorCallback)$',
    'electron::(?:crash_keys|crash_reporter)::',
  ],
  prefix: ['gin::', 'gin_helper::', 'electron::(?:JavascriptEnvironment|MicrotasksRunner)::'],
  javaScriptHeap: ['electron::V8OOMErrorCallback$', '(?:electron::)?\\(anonymous namespace\\)::V8OOMErrorCallback$'],
}
