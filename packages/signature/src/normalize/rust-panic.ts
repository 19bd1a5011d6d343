import { sourcePath } from './source-file.ts'

/**
 * Rust up to 1.34 wrote the panic machinery into Windows symbols without its module: plain `panic_fmt` in `src/libcore/panicking.rs`.
 * By file and name the module can be put back, and the lists then know these functions.
 */
const unqualified: readonly { file: string; module: string; functions: readonly string[] }[] = [
  { file: 'src/libcore/panicking.rs', module: 'core::panicking', functions: ['panic', 'panic_fmt', 'panic_bounds_check'] },
  { file: 'src/libcore/option.rs', module: 'core::option', functions: ['expect_failed'] },
  { file: 'src/libcore/result.rs', module: 'core::result', functions: ['unwrap_failed'] },
  {
    file: 'src/libstd/panicking.rs',
    module: 'std::panicking',
    functions: ['begin_panic', 'begin_panic_fmt', 'continue_panic_fmt', 'rust_panic_with_hook'],
  },
]

export function qualifyRustPanic(name: string, file: string): string {
  const path = sourcePath(file)
  if (path === undefined) return name
  const bare = name.split('<', 1)[0] ?? name
  const entry = unqualified.find((candidate) => path.endsWith(candidate.file) && candidate.functions.includes(bare))
  return entry === undefined ? name : `${entry.module}::${name}`
}
