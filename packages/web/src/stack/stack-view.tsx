import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { splitFunctionName } from '../text/function-name.ts'
import { counted } from '../text/number.ts'
import { sourcePosition } from '../text/source-position.ts'
import { type Frame, type Inline, shortHex } from './crash.ts'
import { frameOrigin } from './frame-origin.ts'

interface StackProps {
  readonly frames: readonly Frame[]
  /** Frames shown at first; the rest is one click away. */
  readonly shown?: number
  readonly crashing?: boolean
  readonly label: string
}

export function StackView({ frames, shown = 24, crashing = false, label }: StackProps): JSX.Element {
  const [all, setAll] = useState(false)
  if (frames.length === 0) return <p class="dim">This thread has no frames: its stack was not in the dump.</p>
  // A handful of frames more is cheaper to show than to ask for.
  const visible = all || frames.length <= shown + 4 ? frames : frames.slice(0, shown)
  return (
    <>
      <ol class="stack" aria-label={label}>
        {visible.map((frame, at) => (
          <FrameRows key={at} frame={frame} crashing={crashing && at === 0} />
        ))}
      </ol>
      {visible.length < frames.length ? (
        <button type="button" class="link more" onClick={() => setAll(true)}>
          Show {counted(frames.length - visible.length, 'more frame')}
        </button>
      ) : null}
    </>
  )
}

function FrameRows({ frame, crashing }: { readonly frame: Frame; readonly crashing: boolean }): JSX.Element {
  const origin = frameOrigin(frame)
  return (
    <li class={`frame frame-${origin}${crashing ? ' frame-crashing' : ''}`}>
      {frame.inlines.map((inline, at) => (
        <InlineRow key={at} inline={inline} />
      ))}
      <div class="frame-line">
        <span class="frame-number">{frame.number}</span>
        <span class="frame-code">
          <FrameName frame={frame} />
        </span>
        <span class="frame-source">
          <Source file={frame.file} line={frame.line} />
        </span>
        <span class="frame-module" title={moduleTitle(frame)}>
          {frame.function === undefined ? '' : frame.module}
        </span>
        <Trust frame={frame} />
      </div>
    </li>
  )
}

function InlineRow({ inline }: { readonly inline: Inline }): JSX.Element {
  return (
    <div class="frame-line frame-inline">
      <span class="frame-number" />
      <span class="frame-code">
        <FunctionText text={inline.function} />
      </span>
      <span class="frame-source">
        <Source file={inline.file} line={inline.line} />
      </span>
      <span class="frame-module" />
      <span class="frame-trust">
        <span class="quiet-tag" title="The compiler put this function's code into the one below">
          inlined
        </span>
      </span>
    </div>
  )
}

function FrameName({ frame }: { readonly frame: Frame }): JSX.Element {
  if (frame.function !== undefined) return <FunctionText text={frame.function} />
  if (frame.module !== undefined) {
    return (
      <span title={moduleTitle(frame)}>
        <span class="function-plain">{frame.module}</span>
        <span class="function-rest"> + {shortHex(frame.moduleOffset) ?? '?'}</span>
      </span>
    )
  }
  const unloaded = frame.unloadedModules[0]
  return (
    <span class="function-rest">
      {shortHex(frame.address) ?? 'unknown'} {unloaded === undefined ? 'in no module' : `in ${unloaded}, already unloaded`}
    </span>
  )
}

export function FunctionText({ text }: { readonly text: string }): JSX.Element {
  const { scope, name, rest } = splitFunctionName(text)
  return (
    <span title={text.length > 80 ? text : undefined}>
      <span class="function-scope">{scope}</span>
      <strong class="function-name">{name}</strong>
      <span class="function-rest">{rest}</span>
    </span>
  )
}

function Source({ file, line }: { readonly file: string | undefined; readonly line: number | undefined }): JSX.Element | null {
  if (file === undefined) return null
  const { short, whole, href } = sourcePosition(file, line)
  if (href === undefined) return <span title={whole}>{short}</span>
  return (
    <a href={href} title={whole} target="_blank" rel="noopener noreferrer">
      {short}
    </a>
  )
}

const trustWords: Readonly<Record<string, readonly [word: string, why: string]>> = {
  scan: ['scan', 'Found by searching the stack for an address: may be left over from an earlier call'],
  cfi_scan: ['scan', 'Found by searching the stack, then confirmed by unwind data'],
  frame_pointer: ['fp', 'Found by the frame pointer: right where the code keeps one'],
  prewalked: ['given', 'The program wrote this frame itself'],
  none: ['unsure', 'It is not known how this frame was found'],
}

function Trust({ frame }: { readonly frame: Frame }): JSX.Element {
  const [word, why] = trustWords[frame.trust ?? ''] ?? []
  return (
    <span class="frame-trust">
      {word === undefined ? null : (
        <span class={`quiet-tag quiet-${word}`} title={why}>
          {word}
        </span>
      )}
    </span>
  )
}

function moduleTitle(frame: Frame): string {
  const offset = shortHex(frame.moduleOffset)
  const address = shortHex(frame.address)
  return [frame.module === undefined ? undefined : `${frame.module}${offset === undefined ? '' : ` + ${offset}`}`, address]
    .filter((part) => part !== undefined)
    .join(' · ')
}
