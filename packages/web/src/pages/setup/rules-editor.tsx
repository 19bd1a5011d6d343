import type { KeepRule } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { ruleName } from './form-values.ts'

interface RulesProps {
  readonly rules: readonly KeepRule[]
  readonly onChange: (rules: KeepRule[]) => void
}

const operators: readonly (readonly [value: KeepRule['operator'], words: string])[] = [
  ['equals', 'is'],
  ['contains', 'contains'],
  ['absent', 'is missing'],
]

/** One line a rule; the first that matches decides. */
export function RulesEditor({ rules, onChange }: RulesProps): JSX.Element {
  const replace = (at: number, rule: KeepRule) => onChange(rules.map((each, i) => (i === at ? rule : each)))
  const up = (at: number) =>
    onChange(rules.flatMap((each, i) => (i === at - 1 ? [] : i === at ? [each, ...rules.slice(at - 1, at)] : [each])))
  const add = () => onChange([...rules, { name: freeName(rules), field: 'channel', operator: 'equals', value: '', keepPercent: 0 }])
  return (
    <>
      <p class="dim setting-intro">
        The first rule that matches decides; what matches none is kept. Also @kind, @dialect, @user-agent and @address.
      </p>
      {rules.map((rule, at) => (
        // A rule has no identity but its place: its name is typed.
        <RuleLine
          key={at}
          rule={rule}
          number={at + 1}
          onChange={(changed) => replace(at, changed)}
          onUp={at === 0 ? undefined : () => up(at)}
          onRemove={() => onChange(rules.filter((_, i) => i !== at))}
        />
      ))}
      <p>
        <button type="button" class="button" onClick={add}>
          Add a rule
        </button>
      </p>
    </>
  )
}

interface LineProps {
  readonly rule: KeepRule
  readonly number: number
  readonly onChange: (rule: KeepRule) => void
  readonly onUp: (() => void) | undefined
  readonly onRemove: () => void
}

function RuleLine({ rule, number, onChange, onUp, onRemove }: LineProps): JSX.Element {
  const of = `of rule ${number}`
  return (
    <fieldset class="rule" aria-label={`Rule ${number}`}>
      <input
        type="text"
        class="rule-name"
        aria-label={`Name ${of}`}
        value={rule.name}
        onChange={(e) => onChange({ ...rule, name: ruleName(e.currentTarget.value) })}
      />
      <span class="dim">when</span>
      <input
        type="text"
        class="rule-field"
        aria-label={`Field ${of}, empty: every report`}
        value={rule.field ?? ''}
        placeholder="every report"
        onInput={(e) => onChange({ ...rule, field: e.currentTarget.value === '' ? null : e.currentTarget.value })}
      />
      {rule.field === null ? null : (
        <select
          aria-label={`Comparison ${of}`}
          value={rule.operator}
          onChange={(e) => onChange({ ...rule, operator: operatorOf(e.currentTarget.value) })}
        >
          {operators.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      )}
      {rule.field === null || rule.operator === 'absent' ? null : (
        <input
          type="text"
          class="rule-value"
          aria-label={`Value ${of}`}
          value={rule.value}
          onInput={(e) => onChange({ ...rule, value: e.currentTarget.value })}
        />
      )}
      <span class="dim">keep</span>
      <input
        type="number"
        class="rule-percent"
        aria-label={`Percent kept ${of}`}
        min={0}
        max={100}
        step="any"
        value={rule.keepPercent}
        onInput={(e) => onChange({ ...rule, keepPercent: Number(e.currentTarget.value) })}
      />
      <span class="dim">%</span>
      <span class="rule-hands">
        <button type="button" class="button" disabled={onUp === undefined} onClick={onUp} aria-label={`Move rule ${number} up`} title="Up">
          ↑
        </button>
        <button type="button" class="button" onClick={onRemove} aria-label={`Remove rule ${number}`} title="Remove">
          ✕
        </button>
      </span>
    </fieldset>
  )
}

function operatorOf(text: string): KeepRule['operator'] {
  return operators.find(([value]) => value === text)?.[0] ?? 'equals'
}

function freeName(rules: readonly KeepRule[]): string {
  let number = rules.length + 1
  while (rules.some(({ name }) => name === `rule_${number}`)) number += 1
  return `rule_${number}`
}
