import { StringDecoder } from 'node:string_decoder'

/** A piece of output; `isPartial`: the rest of the line follows. */
export interface OutputPiece {
  readonly text: string
  readonly isPartial: boolean
}

/** At most 64 KiB as UTF-8, whatever the characters. */
const pieceLength = 16 * 1024

/** Cuts a stream of bytes into lines (ended by LF, CR LF or CR), long ones into pieces. */
export function createLineSplitter() {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let isInLine = false
  let isAfterCarriageReturn = false

  const cut = (pieces: OutputPiece[], text: string, isEnded: boolean) => {
    let from = 0
    while (text.length - from > pieceLength) {
      const last = text.charCodeAt(from + pieceLength - 1)
      const to = from + pieceLength - (last >= 0xd800 && last <= 0xdbff ? 1 : 0)
      pieces.push({ text: text.slice(from, to), isPartial: true })
      isInLine = true
      from = to
    }
    if (!isEnded) return text.slice(from)
    pieces.push({ text: text.slice(from), isPartial: false })
    isInLine = false
    return ''
  }

  return {
    push(bytes: Buffer): OutputPiece[] {
      let text = decoder.write(bytes)
      if (text === '') return []
      if (isAfterCarriageReturn && text.startsWith('\n')) text = text.slice(1)
      if (text === '') return []
      isAfterCarriageReturn = text.endsWith('\r')
      const lines = (rest + text).split(/\r\n|\n|\r/)
      const pieces: OutputPiece[] = []
      const unfinished = lines.pop() ?? ''
      for (const line of lines) cut(pieces, line, true)
      rest = cut(pieces, unfinished, false)
      return pieces
    },
    /** Whether something waits for its end. */
    hasRest: () => rest !== '',
    /** Hands out what waits, such as a prompt; its line goes on. */
    flush(): OutputPiece[] {
      if (rest === '') return []
      const piece = { text: rest, isPartial: true }
      rest = ''
      isInLine = true
      return [piece]
    },
    /** Nothing follows. */
    end(): OutputPiece[] {
      const pieces: OutputPiece[] = []
      const text = rest + decoder.end()
      rest = ''
      if (text !== '' || isInLine) cut(pieces, text, true)
      return pieces
    },
  }
}
