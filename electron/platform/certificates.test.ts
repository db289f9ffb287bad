import { rootCertificates } from 'node:tls'
import { expect, test } from 'vitest'
import { checkCertificates, toSubjects } from './certificates.ts'

test('certificates are named by their subjects, each once', () => {
  const [one = '', other = ''] = rootCertificates
  const subjects = toSubjects(`${one}\n${other}\n${one}`)
  expect(subjects).toHaveLength(2)
  for (const subject of subjects) expect(subject).toMatch(/^(?:CN|OU|O)=[^\n]+$/)
  expect(toSubjects(null)).toEqual([])
})

test('what is no certificate, or holds a private key, is refused', () => {
  const fake = '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----'
  expect(() => checkCertificates(fake)).toThrow('This is no certificate in PEM.')
  expect(toSubjects(fake)).toEqual([])
  expect(() => checkCertificates(`${rootCertificates[0]}\n-----BEGIN PRIVATE KEY-----`)).toThrow(
    'private key',
  )
})
