import type { Files } from './files.ts'

interface Found<T> {
  readonly value: T
  readonly origin: string
}

/** `isFixed`: nothing that was read takes the port from `PORT`. */
interface FoundPort {
  readonly port: Found<number>
  readonly isFixed: boolean
}

/** What says for sure where the app listens, best first; then names that merely look like it. */
const sure: readonly RegExp[] = [
  /\bPORT\b[^\d\n]{0,24}?["'`]?:?(\d{2,5})\b/,
  /\.listen\(\s*(\d{2,5})\b/,
  /\.listen\(\s*\{[^}]*\bport:\s*(\d{2,5})\b/,
  /\b(?:ListenAndServe(?:TLS)?|Listen|Run|Start)\(\s*(?:"tcp",\s*)?"[^":]*:(\d{2,5})"/,
  /"(?:0\.0\.0\.0)?:(\d{2,5})"/,
  // Python: HTTPServer(("", 8000), Handler)
  /Server\(\s*\(\s*["'][^"']*["']\s*,\s*(\d{2,5})\s*\)/,
  // Shell: exec ./app --listen=:8080
  /\s--(?:port|listen|bind|addr)[= ](?:\S*:)?(\d{2,5})\b/,
]
const likely = /\bport\b["']?\s*(?::=|[:=])\s*["'`]?:?(\d{2,5})\b/i
/** Ports that an app talks to rather than listens on: databases, queues, mail. */
const ofOthers = new Set([
  25, 465, 587, 1025, 1433, 2525, 3306, 5432, 5672, 6379, 9042, 9092, 9200, 11211, 27017,
])

const readsPort =
  /\benv\??\.PORT\b|\benv\[['"]PORT['"]\]|env\(\s*['"]PORT['"]|\bPORT\b[^;]*\}\s*=\s*(?:process\.)?env|\$\{?PORT\b/i
const inCommand =
  /(?:--port[= ]|-p[= ]?|\bPORT=|\$\{PORT:-|(?:--bind|-b|--addr|--listen)[= ]\S*:|0\.0\.0\.0:)(\d{2,5})\b/

/** Where the start command or one of the files says that the app listens; undefined if nowhere. */
export async function findPort(
  files: Files,
  from: { start: Found<string> | null; candidates: readonly string[] },
): Promise<FoundPort | undefined> {
  const texts: { path: string; lines: string[] }[] = []
  for (const path of new Set(from.candidates)) {
    const text = await files.read(path)
    if (text !== undefined) texts.push({ path, lines: text.split(/\r?\n/).map(withoutComment) })
  }
  const start = from.start?.value ?? ''
  const isFixed = ![start, ...texts.flatMap(({ lines }) => lines)].some(line => readsPort.test(line))
  const commanded = toPort(inCommand.exec(start)?.[1])
  if (commanded !== undefined && from.start !== null) {
    return {
      port: { value: commanded, origin: from.start.origin },
      isFixed: !readsPort.test(start),
    }
  }
  for (const pattern of [...sure, likely]) {
    for (const { path, lines } of texts) {
      for (const [n, line] of lines.entries()) {
        const value = toPort(pattern.exec(line)?.[1])
        if (value === undefined || (pattern === likely && ofOthers.has(value))) continue
        return { port: { value, origin: `${path} line ${n + 1}` }, isFixed }
      }
    }
  }
  return undefined
}

/** Said before the first build: such an app cannot overlap with its successor. */
export function fixedPortNotes(found: FoundPort | undefined): string[] {
  if (found === undefined || !found.isFixed) return []
  const { value, origin } = found.port
  return [
    `The app seems to listen on port ${value} whatever PORT says (${origin}). It is stopped before its successor starts, so every deploy has a short break.`,
  ]
}

function withoutComment(line: string): string {
  if (/^\s*(?:\/\/|\/\*|\*|#)/.test(line)) return ''
  // The 10 of parseInt(process.env.PORT, 10) is no port.
  return line.replace(/\s\/\/\s.*$/, '').replace(/,\s*10\s*\)/g, ')')
}

function toPort(text: string | undefined): number | undefined {
  const value = Number(text)
  return value >= 1 && value <= 65_535 ? value : undefined
}
