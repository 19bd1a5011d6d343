import type { JSX } from 'preact'
import { Dialog } from './dialog.tsx'

const keys: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['/'], 'search'],
  [['j', 'k'], 'next and previous row'],
  [['Enter'], 'open the row'],
  [['[', ']'], 'older and newer report of the group'],
  [['t'], 'show or hide the other threads'],
  [['c'], 'copy the stack as text for an issue'],
  [['g'], 'back to the groups'],
  [['?'], 'this list'],
]

export function KeysDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <table class="keys">
        <tbody>
          {keys.map(([names, what]) => (
            <tr key={what}>
              <th scope="row">
                {names.map((name) => (
                  <kbd key={name}>{name}</kbd>
                ))}
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  )
}
