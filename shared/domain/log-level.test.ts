import { expect, test } from 'vitest'
import { isErrorLine, isWarningLine } from './log-level.ts'

const errors = [
  'ERROR: something failed',
  '2026-11-25T08:00:00Z ERROR main: no database',
  '[ERROR] cannot connect',
  '08:00:01.120 [main] ERROR c.e.App - Connection refused',
  'E 12:00 FATAL out of memory',
  '{"level":"error","msg":"boom"}',
  '{"level":50,"time":1732500000000,"msg":"boom"}',
  '{"time":1,"severity":"CRITICAL","message":"boom"}',
  'ts=2026-11-25 level=error msg="it broke"',
  'time="2026-11-25" level=fatal msg=bye',
  'Error: Cannot find module "express"',
  'TypeError: Cannot read properties of undefined (reading "x")',
  'Uncaught Error: nobody caught me',
  'Unhandled rejection Error: late',
  'java.lang.IllegalStateException: closed',
  'Exception in thread "main" java.lang.NullPointerException',
  'Traceback (most recent call last):',
  "ValueError: invalid literal for int() with base 10: 'x'",
  'panic: runtime error: index out of range [3] with length 2',
  'error[E0308]: mismatched types',
  'src/app.ts(3,1): error TS2322: Type string is not assignable to type number.',
  'main.c:4:2: error: expected expression',
  'npm ERR! code ELIFECYCLE',
  'npm error Missing script: "start"',
  'fatal: repository not found',
  'sh: 1: vite: not found',
  'bash: pnpm: command not found',
  'Segmentation fault (core dumped)',
  '\x1b[31mERROR\x1b[39m in red',
  '\x1b[1m\x1b[31merror\x1b[39m\x1b[22m: in colour',
  '    SyntaxError: Unexpected token',
]

const others = [
  '',
  'listening on 3000',
  'GET /error 200 3 ms',
  'GET /errors/404 in 2 ms',
  'INFO retry after Error: timeout',
  'WARN deprecated: Error: is old',
  'found 0 errors',
  'Compiled with no errors. Error: none',
  'errors: 0, warnings: 3',
  '{"level":"info","msg":"Error: handled"}',
  '{"level":30,"msg":"an error: was handled"}',
  'level=warn msg="error: again"',
  '    at Object.<anonymous> (/app/server.js:3:9)',
  '  File "/app/main.py", line 3, in <module>',
  'warning: unused variable',
  'the error page was built',
  'error-handler.js 4 kB',
  'Mirrored: yes',
  'DEBUG TypeError: shown for debugging',
]

test.each(errors)('%j is an error', text => {
  expect(isErrorLine({ stream: 'stdout', text })).toBe(true)
})

test.each(others)('%j is none', text => {
  expect(isErrorLine({ stream: 'stderr', text })).toBe(false)
})

test('what Slipway says is shown in its own colour, and is no error of the app', () => {
  expect(isErrorLine({ stream: 'platform', text: 'Error: x' })).toBe(false)
})

test.each([
  'WARN: low on disk',
  '[WARNING] deprecated',
  '{"level":"warn","msg":"slow"}',
  '{"level":40,"msg":"slow"}',
  'ts=1 level=warning msg="slow"',
  'npm warn deprecated left-pad@1.3.0',
  'DeprecationWarning: punycode',
  'warning: unused variable',
  'ERROR: an error is more than a warning',
])('%j is a warning or worse', text => {
  expect(isWarningLine({ stream: 'stdout', text })).toBe(true)
})

test.each(['listening on 3000', 'INFO no warning here', '{"level":30,"msg":"warning: handled"}', ''])(
  '%j is neither',
  text => {
    expect(isWarningLine({ stream: 'stdout', text })).toBe(false)
  },
)
