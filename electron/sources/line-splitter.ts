/** Of a line that git writes over and over (its progress), one state in so many milliseconds is handed on. */
const progressEveryMs = 2_000

/** Cuts git's output into lines. Progress that ends in a carriage return is thinned out; the last state always comes. */
export function createLineSplitter(
  onLine: (line: string) => void,
  now: () => number = () => performance.now(),
): { write(text: string): void; end(): void } {
  let rest = ''
  let progressAt = now()
  const emit = (raw: string): void => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: git clears the rest of a progress line with ESC [K
    const line = raw.replace(/\u001b\[K/g, '').trimEnd()
    if (line !== '') onLine(line)
  }
  return {
    write(text) {
      rest += text
      for (;;) {
        const end = rest.search(/[\r\n]/)
        if (end < 0 || (rest[end] === '\r' && end === rest.length - 1)) return
        const isProgress = rest[end] === '\r' && rest[end + 1] !== '\n'
        if (!isProgress || now() - progressAt >= progressEveryMs) {
          if (isProgress) progressAt = now()
          emit(rest.slice(0, end))
        }
        rest = rest.slice(end + (rest.startsWith('\r\n', end) ? 2 : 1))
      }
    },
    end() {
      emit(rest)
      rest = ''
    },
  }
}
