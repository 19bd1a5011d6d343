import { CrashContext, type CrashReportContext } from './crash-context.ts'

/** Under this a window holds its context: the same for every copy of this library on the page. */
const place = Symbol.for('@crashkeep/browser context 1')

interface ContextWindow {
  readonly parent?: ContextWindow
  crashReport?: CrashReportContext | null
  [place]?: CrashContext
}

/**
 * The context of this page. In a frame of the same origin it forwards to the topmost such document: that one reports for its process, and
 * what frames had told the browser is lost.
 */
export const crashContext: CrashContext = /* @__PURE__ */ contextOf(globalThis as ContextWindow)

function contextOf(here: ContextWindow): CrashContext {
  const root = localRoot(here)
  here[place] ??= new CrashContext(() => (root === here ? here.crashReport : (root[place] ?? root.crashReport)))
  return here[place]
}

/** The topmost document that this one may touch. Without a window, as on a server, the place itself. */
function localRoot(here: ContextWindow): ContextWindow {
  let root = here
  try {
    // Reading a member of another origin's window throws.
    while (root.parent && root.parent !== root && root.parent[place] !== null) root = root.parent
  } catch {
    // `root` is the last one that could be read.
  }
  return root
}
