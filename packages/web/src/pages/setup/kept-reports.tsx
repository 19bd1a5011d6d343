import type { ProjectDetail, ProjectSettings } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { ApiFailure, apiSend, asFailure } from '../../api/client.ts'
import { useSession } from '../../api/session.ts'
import { useResource } from '../../api/use-resource.ts'
import { FailureNotice, Notice } from '../../parts/notice.tsx'
import { Section } from '../../parts/section.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { linesOf, numberOf, textOfLines, textOfNumber } from './form-values.ts'
import { RulesEditor } from './rules-editor.tsx'
import { linesOfSources, sourcesOfLines } from './source-lines.ts'

/** What is kept of the reports that arrive: how many, which, and how much of each. */
export function KeptReports({ project }: { readonly project: string }): JSX.Element {
  const path = `/projects/${encodeURIComponent(project)}`
  const detail = useResource<ProjectDetail>(path)
  return (
    <Section id="kept" title="What is kept" note="applied before anything is stored">
      {detail.failure === undefined ? null : <FailureNotice failure={detail.failure} what="The settings" retry={detail.reload} />}
      {detail.data === undefined ? (
        detail.failure === undefined ? (
          <Skeleton lines={6} what="the settings" />
        ) : null
      ) : (
        <SettingsForm key={JSON.stringify(detail.data.settings)} path={path} settings={detail.data.settings} onSaved={detail.put} />
      )}
    </Section>
  )
}

interface NumberLineProps {
  readonly id: string
  readonly label: string
  readonly hint: string
  readonly placeholder: string
  readonly value: string
  readonly onInput: (text: string) => void
}

function NumberLine({ id, label, hint, placeholder, value, onInput }: NumberLineProps): JSX.Element {
  return (
    <Line id={id} label={label} hint={hint}>
      <input
        id={id}
        aria-describedby={`${id}-hint`}
        type="text"
        inputMode="numeric"
        value={value}
        placeholder={placeholder}
        onInput={(e) => onInput(e.currentTarget.value)}
      />
    </Line>
  )
}

interface FormProps {
  readonly path: string
  readonly settings: ProjectSettings
  readonly onSaved: (project: ProjectDetail) => void
}

function SettingsForm({ path, settings, onSaved }: FormProps): JSX.Element {
  const { me } = useSession()
  const [now, setNow] = useState(settings)
  const [quota, setQuota] = useState(textOfNumber(settings.dailyQuota))
  const [size, setSize] = useState(textOfNumber(settings.maxUploadBytes))
  const [symbolBytes, setSymbolBytes] = useState(textOfNumber(settings.symbolQuotaBytes))
  const [symbolFiles, setSymbolFiles] = useState(textOfNumber(settings.symbolQuotaFiles))
  const [unusedDays, setUnusedDays] = useState(textOfNumber(settings.symbolsUnusedDays))
  const [state, setState] = useState<'changed' | 'saving' | ApiFailure>()
  const mayChange = me.scopes.includes('administer')
  const change = (part: Partial<ProjectSettings>) => {
    setNow((before) => ({ ...before, ...part }))
    setState('changed')
  }
  const typed = (set: (text: string) => void) => (text: string) => {
    set(text)
    setState('changed')
  }
  const changePrivacy = (part: Partial<ProjectSettings['privacy']>) => change({ privacy: { ...now.privacy, ...part } })
  const save = async (event: Event) => {
    event.preventDefault()
    const wrong = [quota, size, symbolBytes, symbolFiles, unusedDays].find((text) => Number.isNaN(numberOf(text)))
    if (wrong !== undefined) return setState(new ApiFailure(0, 'bad_number', `“${wrong}” is no number; leave it empty for no limit.`))
    setState('saving')
    try {
      const symbols = {
        symbolQuotaBytes: numberOf(symbolBytes),
        symbolQuotaFiles: numberOf(symbolFiles),
        symbolsUnusedDays: numberOf(unusedDays),
      }
      const wanted = { ...now, ...symbols, dailyQuota: numberOf(quota), maxUploadBytes: numberOf(size) }
      onSaved(await apiSend<ProjectDetail>('PATCH', path, { settings: wanted }))
    } catch (reason) {
      setState(asFailure(reason))
    }
  }
  return (
    <form class="settings" onSubmit={(event) => void save(event)}>
      <fieldset disabled={!mayChange}>
        <legend>How much</legend>
        <NumberLine
          id="set-quota"
          label="Reports a day"
          hint="UTC; empty: any number. Beyond it senders get 429."
          placeholder="any number"
          value={quota}
          onInput={typed(setQuota)}
        />
        <NumberLine
          id="set-size"
          label="Bytes of one upload"
          hint="As sent and unpacked; empty: the server's limit."
          placeholder="the server's limit"
          value={size}
          onInput={typed(setSize)}
        />
        <Line id="set-origins" label="Pages that may report" hint="One origin a line, such as https://shop.example; empty: any page.">
          <Lines
            id="set-origins"
            value={now.allowedOrigins}
            placeholder="any page"
            onChange={(allowedOrigins) => change({ allowedOrigins })}
          />
        </Line>
      </fieldset>
      <fieldset disabled={!mayChange}>
        <legend>Which</legend>
        <RulesEditor rules={now.rules} onChange={(rules) => change({ rules })} />
      </fieldset>
      <fieldset disabled={!mayChange}>
        <legend>What of each</legend>
        <Line id="set-drop" label="Fields that are not kept" hint="One name a line; * at the end stands for any ending.">
          <Lines id="set-drop" value={now.privacy.dropFields} placeholder="none" onChange={(dropFields) => changePrivacy({ dropFields })} />
        </Line>
        <Line id="set-hash" label="Fields of which a hash is kept" hint="Equal values stay equal, so installations are still counted.">
          <Lines id="set-hash" value={now.privacy.hashFields} placeholder="none" onChange={(hashFields) => changePrivacy({ hashFields })} />
        </Line>
        <Check
          label="Addresses in fields without user, query, fragment and tokens"
          value={now.privacy.stripUrls}
          onChange={(stripUrls) => changePrivacy({ stripUrls })}
        />
        <Check
          label="Browsers' reports keep whole addresses, queries and tokens included"
          value={now.privacy.keepBrowserUrls}
          onChange={(keepBrowserUrls) => changePrivacy({ keepBrowserUrls })}
        />
        <Check
          label="No network addresses of senders"
          value={now.privacy.dropAddress}
          onChange={(dropAddress) => changePrivacy({ dropAddress })}
        />
        <Check
          label="Fields only, no dumps or other files"
          value={now.privacy.metadataOnly}
          onChange={(metadataOnly) => changePrivacy({ metadataOnly })}
        />
      </fieldset>
      <fieldset disabled={!mayChange}>
        <legend>What may be fetched</legend>
        <Line
          id="set-maps"
          label="Origins of source maps"
          hint="One https origin a line; the server asks them for the maps of scripts. Empty: nothing is fetched."
        >
          <Lines
            id="set-maps"
            value={now.sourceMapOrigins}
            placeholder="none"
            onChange={(sourceMapOrigins) => change({ sourceMapOrigins })}
          />
        </Line>
      </fieldset>
      <fieldset disabled={!mayChange}>
        <legend>Symbols</legend>
        <Check
          label="Other servers are asked for symbols that reports lack; they learn names and ids of your modules"
          value={now.symbolSources.enabled}
          onChange={(enabled) => change({ symbolSources: { ...now.symbolSources, enabled } })}
        />
        <Line
          id="set-sources"
          label="Servers, in their order"
          hint="One a line: electron, mozilla, chromium, microsoft, nvidia, amd, intel, elfutils, debian, ubuntu, fedora, centos, arch, opensuse, or NAME LAYOUT ADDRESS with a layout of breakpad, microsoft, microsoft-two-tier, debuginfod, ssqp. “private” behind it allows an address in a private network, “electron” means a build of Electron."
        >
          <Lines
            id="set-sources"
            value={linesOfSources(now.symbolSources.list)}
            placeholder="none"
            onChange={(lines) => change({ symbolSources: { ...now.symbolSources, list: sourcesOfLines(lines) } })}
          />
        </Line>
        <Check
          label="Everybody gets this project's symbols at /symbols, /buildid and /symbolicate, not only who has a token"
          value={now.symbolAccess === 'public'}
          onChange={(everybody) => change({ symbolAccess: everybody ? 'public' : 'token' })}
        />
        <Check
          label="Programs and debug files are kept as they were uploaded, for debuggers"
          value={now.keepDebugFiles}
          onChange={(keepDebugFiles) => change({ keepDebugFiles })}
        />
        <NumberLine
          id="set-symbol-bytes"
          label="Bytes of symbols"
          hint="Symbol files, source maps and kept debug files together; what comes beyond is refused. Empty: any size."
          placeholder="any size"
          value={symbolBytes}
          onInput={typed(setSymbolBytes)}
        />
        <NumberLine
          id="set-symbol-files"
          label="Files of symbols"
          hint="The same, counted. Empty: any number."
          placeholder="any number"
          value={symbolFiles}
          onInput={typed(setSymbolFiles)}
        />
        <NumberLine
          id="set-symbol-days"
          label="Days without use"
          hint="Symbols that no report has needed for so long are removed. Empty: never."
          placeholder="never"
          value={unusedDays}
          onInput={typed(setUnusedDays)}
        />
      </fieldset>
      {now.privacy.metadataOnly ? (
        <Notice tone="warning" title="Without dumps there are no stacks and no groups">
          <p>Reports of native crashes will be lists of fields. Reports of browsers keep their stacks.</p>
        </Notice>
      ) : null}
      {typeof state === 'object' ? <FailureNotice failure={state} what="Not saved" /> : null}
      <p class="row">
        <button type="submit" class="button button-main" disabled={!mayChange || state === undefined || state === 'saving'}>
          {state === 'saving' ? 'Saving…' : 'Save'}
        </button>
        <span class="dim">{mayChange ? (state === 'changed' ? 'Changed, not saved' : '') : 'Only administrators change this.'}</span>
      </p>
    </form>
  )
}

/** `id` is that of the input inside. */
function Line(props: { readonly id: string; readonly label: string; readonly hint: string; readonly children: JSX.Element }): JSX.Element {
  return (
    <div class="setting">
      <label class="setting-label" for={props.id}>
        {props.label}
      </label>
      {props.children}
      <span class="setting-hint dim" id={`${props.id}-hint`}>
        {props.hint}
      </span>
    </div>
  )
}

function Lines(props: {
  readonly id: string
  readonly value: readonly string[]
  readonly placeholder: string
  readonly onChange: (value: string[]) => void
}): JSX.Element {
  const [text, setText] = useState(textOfLines(props.value))
  const change = (value: string) => {
    setText(value)
    props.onChange(linesOf(value))
  }
  return (
    <textarea
      id={props.id}
      aria-describedby={`${props.id}-hint`}
      rows={Math.max(2, props.value.length + 1)}
      value={text}
      placeholder={props.placeholder}
      spellcheck={false}
      onInput={(event) => change(event.currentTarget.value)}
    />
  )
}

function Check(props: { readonly label: string; readonly value: boolean; readonly onChange: (value: boolean) => void }): JSX.Element {
  return (
    <label class="check setting-check">
      <input type="checkbox" checked={props.value} onChange={(event) => props.onChange(event.currentTarget.checked)} />
      <span>{props.label}</span>
    </label>
  )
}
