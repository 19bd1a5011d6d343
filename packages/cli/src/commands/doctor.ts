import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { crashPage } from '../doctor/crash/crash-page.ts'
import { findBrowser } from '../doctor/crash/find-browser.ts'
import type { Delivery } from '../doctor/crash/receiver.ts'
import { type Examination, examine } from '../doctor/examine.ts'
import { error, type Finding, fine } from '../doctor/finding.ts'
import { formatExamination } from '../doctor/format-examination.ts'
import { CommandError } from '../errors.ts'
import { printJson } from '../print.ts'

interface Options {
  readonly json?: true
  readonly crash?: true
  readonly ca?: string
  readonly browser?: string
}

/** Of a report that is printed; its context alone may have 64 KiB. */
const maxShownReport = 4_000

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say whether crash reports of a web page will arrive, and why not')
    .argument('<url>', 'address of the page')
    .option('--crash', 'also crash the page in a headless Chromium, and show the report that it makes')
    .option('--browser <program>', 'the Chromium for --crash (default: the first on the PATH)')
    .option('--ca <file>', 'PEM certificate of an authority that your browsers trust')
    .option('--json', 'as JSON')
    .action(async (address: string, options: Options) => {
      const url = pageUrl(address)
      const ca = options.ca === undefined ? undefined : readPem(options.ca)
      const examined = await examine(url, ca)
      const crash =
        options.crash === true && examined.finalUrl !== null ? await crashFindings(examined, options, ca !== undefined) : undefined
      const findings = [...examined.findings, ...(crash === undefined ? [] : [crash.finding])]
      const delivers = findings.every(({ severity }) => severity !== 'error')
      const { spki: _, ...shown } = { ...examined, findings, delivers }
      if (options.json === true) printJson({ ...shown, crash: crash?.delivery ?? null })
      else process.stdout.write(`${crashText(crash?.delivery)}${formatExamination({ ...examined, findings, delivers })}`)
      if (!delivers) process.exitCode = 1
    })
}

function pageUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new CommandError(`"${address}" is no address of a page; give one such as https://shop.example/cart.`, { exitStatus: 2 })
  return url
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new CommandError(`--ca: ${path} could not be read.`, { exitStatus: 2, cause })
  }
}

async function crashFindings(
  { finalUrl, endpoints, spki }: Examination,
  options: Options,
  trustsMore: boolean,
): Promise<{ readonly finding: Finding; readonly delivery?: Delivery | undefined }> {
  const browser = options.browser ?? findBrowser(process.env.PATH ?? '')
  if (browser === undefined)
    return {
      finding: error('browser_missing', 'There is no Chromium on the PATH to crash the page in; install one or name it with --browser.'),
    }
  try {
    const trusted = trustsMore && spki !== undefined ? [spki] : []
    const { delivery, deliveredAfterMs } = await crashPage({ browser, url: new URL(finalUrl ?? ''), endpoints, trusted })
    if (delivery === undefined)
      return { finding: error('not_delivered', 'The page crashed in a real browser, and no report came within 10 seconds.') }
    const message = `The page crashed in a real browser, and its report came to ${delivery.name} after ${deliveredAfterMs} ms.`
    return { finding: fine('delivered', message), delivery }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return { finding: error('browser_failed', `The page could not be crashed in ${browser}: ${why}`) }
  }
}

function crashText(delivery: Delivery | undefined): string {
  if (delivery === undefined) return ''
  const text = JSON.stringify(delivery.reports, null, 2)
  return `${text.slice(0, maxShownReport)}${text.length > maxShownReport ? '…' : ''}\n\n`
}
