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

/** Of a person called ana, valid through 2020. */
export const expiredCertificate = `-----BEGIN CERTIFICATE-----\nMIIBAzCBqgIBATAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDANhbmEwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAOMQwwCgYDVQQDDANhbmEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAR0GH8XvmoFdYVfKhd3BR8TKg0BagnXvD1rrBJ0zJqnwTEIpx9YtiVX+Rd9QqBNB8oEx88kwpE6+j7fS9HoC9x9MAoGCCqGSM49BAMCA0gAMEUCIGD/cv8Oen5ayE6uCO/1uJ5kW/54YAU0KmJ2Xdn+gsWsAiEA2MF/LPMSWBHLuRIvfYF1r9Qc5sCVGjikakz+4Qp8R4M=\n-----END CERTIFICATE-----`
