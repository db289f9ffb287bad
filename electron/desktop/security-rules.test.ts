import { expect, test } from 'vitest'
import { isAllowedExternal, isAllowedPermission } from './security-rules.ts'

test.each(['https://github.com/ana/blog', 'http://blog.localhost:7780/', 'http://blog.localhost'])(
  '%s may be opened outside',
  url => expect(isAllowedExternal(url)).toBe(true),
)

test.each([
  'http://example.com',
  'http://localhost:7780',
  'http://127.0.0.1:3000',
  'http://blog.localhost.evil.example',
  'http://ana:secret@blog.localhost',
  'https://ana@evil.example',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'vscode://open',
  'smb://host/share',
  'app://slipway/',
  'not a url',
  '',
])('%s may not', url => expect(isAllowedExternal(url)).toBe(false))

test('only our page may do anything, and only write to the clipboard', () => {
  expect({
    copy: isAllowedPermission('clipboard-sanitized-write', 'app://slipway/#/'),
    paste: isAllowedPermission('clipboard-read', 'app://slipway/#/'),
    camera: isAllowedPermission('media', 'app://slipway/#/'),
    other: isAllowedPermission('clipboard-sanitized-write', 'https://evil.example/'),
    lookalike: isAllowedPermission('clipboard-sanitized-write', 'app://slipway.evil.example/'),
  }).toEqual({ copy: true, paste: false, camera: false, other: false, lookalike: false })
})
