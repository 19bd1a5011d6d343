import { render } from 'preact'
import { App } from './app.tsx'
import { interceptLinks } from './router/location.ts'

const root = document.getElementById('app')
if (root !== null) {
  interceptLinks(document)
  render(<App />, root)
}
