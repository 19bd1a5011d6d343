import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

interface Link {
  readonly target: string
  readonly anchor: string | undefined
}

/** Links to files of the repository; code blocks are no text. */
function linksOf(text: string): Link[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, address = '']) => address)
    .filter((address) => !/^[a-z]+:/.test(address))
    .map((address) => {
      const [target = '', anchor] = address.split('#')
      return { target, anchor }
    })
}

/** As GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('pages of the repository', () => {
  test('are found', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'docs/guide/install.md']))
  })

  for (const page of pages) {
    test(`${page} links to files and headings that exist`, () => {
      const text = readFileSync(join(root, page), 'utf8')
      const broken = linksOf(text).filter(({ target, anchor }) => {
        const path = target === '' ? join(root, page) : join(root, dirname(page), target)
        if (!existsSync(path) || relative(root, path).startsWith('..')) return true
        return anchor !== undefined && statSync(path).isFile() && !anchorsOf(readFileSync(path, 'utf8')).includes(anchor)
      })
      expect(broken).toEqual([])
    })
  }
})
