import { useRef } from 'react'
import { useShortcuts } from './shortcuts.ts'

/** `j` and `k` over the `[data-row-link]`s of a list that is drawn whole. */
export function useRowKeys() {
  const list = useRef<HTMLDivElement>(null)
  const move = (step: 1 | -1) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>('[data-row-link]') ?? [])]
    const at = links.indexOf(document.activeElement as HTMLElement)
    links[at + step]?.focus()
  }
  useShortcuts({ j: () => move(1), k: () => move(-1) })
  return list
}
