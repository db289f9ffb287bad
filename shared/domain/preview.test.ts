import { expect, test } from 'vitest'
import { nameSchema } from './name.ts'
import { toPreviewName } from './preview.ts'

test.each([
  ['blog', 7, 'blog-pr-7'],
  [`a${'b'.repeat(39)}`, 12345, `a${'b'.repeat(30)}-pr-12345`],
  [`a${'b'.repeat(33)}-rest`, 123, `a${'b'.repeat(32)}-pr-123`],
  [`a${'b'.repeat(31)}-and-more`, 1234, `a${'b'.repeat(31)}-pr-1234`],
])('the preview of %s #%i is called %s', (parent, number, name) => {
  expect(toPreviewName(parent, number)).toBe(name)
  expect(nameSchema.safeParse(name).success).toBe(true)
})
