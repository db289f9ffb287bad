import { useDebouncedCallback } from '@mantine/hooks'
import { useRef, useState } from 'react'

const typingPauseMs = 150

/**
 * What is typed counts at once, and the address says it after a pause: writing the address at each key would cost more than
 * the search. It also does when the field is left (`left`), so that no place that is gone to next is taken back. Back and forward
 * win over what was typed.
 */
export function useTypedText(
  address: string,
  write: (text: string) => void,
): { text: string; type: (text: string) => void; left: () => void } {
  const [text, setText] = useState(address)
  const [seen, setSeen] = useState(address)
  const written = useRef(address)
  const writeLater = useDebouncedCallback((next: string) => {
    written.current = next
    write(next)
  }, typingPauseMs)
  if (address !== seen) {
    setSeen(address)
    if (address !== written.current) setText(address)
    written.current = address
  }
  return {
    text,
    type: next => {
      setText(next)
      writeLater(next)
    },
    left: () => writeLater.flush(),
  }
}
