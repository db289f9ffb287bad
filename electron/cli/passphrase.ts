import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { cannotRead } from './cannot-read.ts'
import type { Context } from './command.ts'
import { UsageError } from './usage.ts'

export const passphraseOption = { 'passphrase-file': { type: 'string' } } as const
export const passphraseHelp = {
  '--passphrase-file FILE':
    'its first line; /dev/fd/3 for a file descriptor. Otherwise asked for, or standard input',
}

/** Never an argument or a variable of the environment: those can be seen by other processes. `isNew`: asked for twice. */
export async function readPassphrase(
  { values, signal }: Pick<Context, 'values' | 'signal'>,
  { isNew }: { isNew: boolean },
): Promise<string> {
  const file = values['passphrase-file']
  if (typeof file === 'string') return firstLine(await readFile(file, 'utf8').catch(cannotRead(file)))
  if (!process.stdin.isTTY) return firstLine(await text(process.stdin))
  const typed = await askSilently('Passphrase: ', signal)
  if (isNew && (await askSilently('The same again: ', signal)) !== typed) {
    throw new SlipwayError({
      code: 'invalid_input',
      message: 'The two passphrases differ.',
      hint: 'Try again. Nothing was written.',
    })
  }
  return typed
}

/** On a terminal, without showing what is typed. */
export async function askSilently(question: string, signal: AbortSignal): Promise<string> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true })
  // In a prompt the terminal hands Ctrl-C to us, not to the kernel.
  prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return await prompt.question('', { signal })
  } finally {
    prompt.close()
    process.stderr.write('\n')
  }
}

function firstLine(content: string): string {
  const [line = ''] = content.split(/\r?\n/, 1)
  if (line !== '') return line
  throw new UsageError(
    'There is no passphrase: type it at a terminal, or give it on standard input or with --passphrase-file.',
  )
}
