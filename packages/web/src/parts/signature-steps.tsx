import type { SignatureStep } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { CopyButton } from './copy-button.tsx'

export function SignatureSteps({
  signature,
  steps,
}: {
  readonly signature: string
  readonly steps: readonly SignatureStep[]
}): JSX.Element {
  return (
    <>
      <p class="copyable signature-whole">
        <code>{signature}</code>
        <CopyButton text={signature} what="signature" />
      </p>
      <ol class="steps">
        {steps.map((step, at) => (
          <li key={at} class={step.after === null ? 'step step-skipped' : 'step'}>
            <span class="frame-number">{step.frame ?? ''}</span>
            <span class="step-change">
              <code>{step.before}</code>
              {step.after === null ? (
                <span class="quiet-tag">left out</span>
              ) : step.after === step.before ? null : (
                <code class="step-after">→ {step.after}</code>
              )}
            </span>
            <span class="dim">{step.why}</span>
          </li>
        ))}
      </ol>
    </>
  )
}
