import { X509Certificate } from 'node:crypto'
import { SlipwayError } from '../../shared/domain/failure.ts'

/** Throws `invalid_input` where the text is not one certificate or several, as PEM. */
export function checkCertificates(text: string): void {
  const found = findCertificates(text)
  const isPrivate = /PRIVATE KEY-----/.test(text)
  if (isPrivate) {
    throw unfit('The text has a private key, which is for the server alone.', 'Give only the certificate.')
  }
  if (found.length === 0 || !found.every(isCertificate))
    throw unfit('This is no certificate in PEM.', 'Give what begins with -----BEGIN CERTIFICATE-----.')
}

/** Whom the certificates name, each once, such as `CN=Example CA, O=Example`. */
export const toSubjects = (text: string | null): string[] => [
  ...new Set(
    findCertificates(text ?? '').flatMap(one =>
      isCertificate(one) ? [new X509Certificate(one).subject.split('\n').reverse().join(', ')] : [],
    ),
  ),
]

const findCertificates = (text: string): readonly string[] =>
  text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined
  } catch {
    return false
  }
}

const unfit = (message: string, hint: string): SlipwayError =>
  new SlipwayError({ code: 'invalid_input', message, hint })
