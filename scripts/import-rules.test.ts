import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const packages = join(dirname(dirname(fileURLToPath(import.meta.url))), 'packages')

/** The table of ARCHITECTURE.md: which package may import which. `node` names the places that may use `node:` modules. */
const rules: Record<string, { may: string[]; node: RegExp | 'anywhere' | 'nowhere' }> = {
  minidump: { may: [], node: /^src\/node\// },
  symbols: { may: [], node: /^src\/node\// },
  stackwalk: { may: ['@crashkeep/minidump', '@crashkeep/symbols'], node: /^src\/iced\/iced-decoder\.ts$/ },
  signature: { may: [], node: 'nowhere' },
  reporter: { may: ['@crashkeep/minidump'], node: 'anywhere' },
  browser: { may: [], node: 'nowhere' },
  server: { may: ['@crashkeep/minidump', '@crashkeep/symbols', '@crashkeep/stackwalk', '@crashkeep/signature'], node: 'anywhere' },
  web: { may: ['@crashkeep/server/api-types', '@crashkeep/minidump', '@crashkeep/symbols', '@crashkeep/stackwalk'], node: 'nowhere' },
  cli: {
    may: [
      '@crashkeep/minidump',
      '@crashkeep/symbols',
      '@crashkeep/stackwalk',
      '@crashkeep/signature',
      '@crashkeep/server',
      '@crashkeep/web',
    ],
    node: 'anywhere',
  },
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
    .map((path) => join(folder, path))
}

/** Examples in comments import nothing. */
const commentLine = /^\s*(\*|\/\*|\/\/).*$/gm

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8').replaceAll(commentLine, '')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import\b[^'"\n]*?(?:\bfrom\s*)?|export\b[^'"\n]*?\bfrom\s*)['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|\}\s*from\s*['"]([^'"]+)['"]/g,
  )
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

describe('import rules', () => {
  test('every package of the workspace has a rule', () => {
    expect(readdirSync(packages).sort()).toEqual(Object.keys(rules).sort())
  })

  for (const [name, rule] of Object.entries(rules)) {
    test(`${name} imports only what the architecture allows`, () => {
      const violations: string[] = []
      for (const path of sources(join(packages, name, 'src'))) {
        const place = relative(join(packages, name), path)
        for (const specifier of importsOf(path)) {
          if (specifier.startsWith('@crashkeep/') || specifier === 'crashkeep') {
            if (!rule.may.some((allowed) => specifier === allowed || specifier.startsWith(`${allowed}/`)))
              violations.push(`${place}: ${specifier}`)
          } else if (specifier.startsWith('node:')) {
            if (rule.node === 'nowhere' || (rule.node !== 'anywhere' && !rule.node.test(place))) violations.push(`${place}: ${specifier}`)
          } else if (specifier.startsWith('.') && relative(join(packages, name), join(dirname(path), specifier)).startsWith('..')) {
            violations.push(`${place}: ${specifier}`)
          }
        }
      }
      expect(violations).toEqual([])
    })
  }
})
