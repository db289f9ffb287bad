import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A CA that was made for it, and a certificate of it for the names, such as `DNS:git.test,IP:127.0.0.1`. */
export function makeCertificate(names: string): { ca: string; certificate: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-certificate-'))
  const make = (subject: string, name: string, ...more: string[]) =>
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...['-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.crt`, ...more],
      ],
      { stdio: 'pipe', cwd: folder },
    )
  try {
    make('/CN=A CA for a test', 'ca')
    make(
      ...(['/CN=a server', 'tls', '-CA', 'ca.crt', '-CAkey', 'ca.key'] as const),
      ...['-addext', `subjectAltName=${names}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
    )
    const read = (file: string) => readFileSync(join(folder, file), 'utf8')
    return { ca: read('ca.crt'), certificate: read('tls.crt'), key: read('tls.key') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
