import { expect, test } from 'vitest'
import { toPublicUrl } from './github-report.ts'

test.each([
  ['https://blog.example.com/', true],
  ['http://blog.203.0.113.7.sslip.io/', true],
  ['http://blog.203-0-113-7.nip.io/', true],
  ['http://blog.10.0.0.7.sslip.io/', false],
  ['http://blog.127-0-0-1.nip.io/', false],
  ['http://blog.localhost:7780/', false],
  ['http://localhost:7780/', false],
  ['http://192.168.1.4/', false],
  ['http://172.20.0.2/', false],
  ['http://172.40.0.2/', true],
  ['http://[::1]/', false],
  ['http://blog.home.arpa/', false],
  ['http://intranet/', false],
  ['none', false],
])('%s can be opened by somebody elsewhere: %s', (url, isPublic) => {
  expect(toPublicUrl(url)).toBe(isPublic ? url : undefined)
})
