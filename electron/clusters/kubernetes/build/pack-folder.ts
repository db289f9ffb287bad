import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { SlipwayError } from '../../../../shared/domain/failure.ts'

const mostBytes = 2 * 1024 ** 3

/** The folder as an archive, as it is made. An archive that is not whole ends with an error. */
export async function* packFolder(order: {
  folder: string
  signal: AbortSignal
}): AsyncGenerator<Buffer, void, void> {
  const tar = spawn('tar', ['-cf', '-', '-C', order.folder, '.'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, COPYFILE_DISABLE: '1' },
    signal: order.signal,
  })
  let said = ''
  tar.stderr.setEncoding('utf8').on('data', text => {
    said = (said + text).slice(-2000)
  })
  const ended = once(tar, 'close')
  ended.catch(() => undefined)
  let bytes = 0
  try {
    for await (const chunk of tar.stdout as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > mostBytes) throw tooLarge
      yield chunk
    }
    const [exitCode] = await ended.catch(error => {
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? noTar : error
    })
    if (exitCode !== 0) throw new Error(said.trim() || `tar exited with code ${exitCode}`)
  } finally {
    tar.kill()
  }
}

const tooLarge = new SlipwayError({
  code: 'invalid_input',
  message: 'The folder has more than 2 GB, which is too much to send to the cluster.',
  hint: 'Leave out what the build does not need with a .gitignore, then deploy again.',
})

const noTar = new SlipwayError({
  code: 'tool_missing',
  message: 'A folder is sent to the cluster with tar, and this computer has none.',
  hint: 'Install it, then deploy again.',
})
