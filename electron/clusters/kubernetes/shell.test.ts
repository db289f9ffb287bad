import { expect, test } from 'vitest'
import { toEnd } from './shell.ts'

const failed = (message: string, causes: object[] = []) =>
  JSON.stringify({ status: 'Failure', message, details: { causes } })

test.each([
  ['an end without error', '{"status":"Success"}', { exitCode: 0, failure: null }],
  [
    'an exit code',
    failed('command terminated with non-zero exit code', [{ reason: 'ExitCode', message: '130' }]),
    { exitCode: 130, failure: null },
  ],
  [
    'an image without a shell',
    failed('OCI runtime exec failed: exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown'),
    { exitCode: null, failure: { message: 'The image of this app has no shell.' } },
  ],
  [
    'anything else',
    'rubbish',
    { exitCode: null, failure: { message: 'The connection to shop-1 broke off.' } },
  ],
])('%s of a session is told', (_, status, end) => {
  expect(toEnd(status, 'shop-1')).toMatchObject(end)
})
