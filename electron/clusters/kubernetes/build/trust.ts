import type { ClusterSettings } from '../../../../shared/domain/cluster.ts'
import { podFolders } from './fetch-script.ts'

/** Certificates of the cluster's settings that builds trust beside the public ones. */

/** Beside the configuration of BuildKit. */
export const buildCaFile = 'build-ca.pem'

/** Of the secret mount: all that is trusted, since most variables name what replaces the public certificates. */
export const trustSecret = 'build-ca'

/** Where the pod's own containers have it, once the script has run. */
export const trustFile = `/tmp/${buildCaFile}`

const mountedFile = `/run/secrets/${trustSecret}`

/** What programs look into for certificates: OpenSSL and Go, Node, git, curl, pip, Python's requests, Deno. */
const names = [
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'GIT_SSL_CAINFO',
  'CURL_CA_BUNDLE',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
  'DENO_CERT',
]

/** For the commands of our own Dockerfile. What a person sets is theirs. */
export const toTrustEnvironment = ({ buildCa }: Pick<ClusterSettings, 'buildCa'>): Record<string, string> =>
  buildCa === null ? {} : Object.fromEntries(names.map(name => [name, mountedFile]))

/** Puts the certificates of the image and those of the settings into one file, for git and for BuildKit. */
export const toTrustScript = (
  from: string = podFolders.configuration,
): string => `if [ -s ${from}/${buildCaFile} ]; then
  for known in /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/pki/tls/certs/ca-bundle.crt /dev/null; do
    [ -e $known ] && break
  done
  { cat $known; echo; cat ${from}/${buildCaFile}; } >${trustFile}
  export SSL_CERT_FILE=${trustFile} GIT_SSL_CAINFO=${trustFile}
fi
`

const untrusted =
  /self[- ]signed certificate|SELF_SIGNED_CERT|unable to get (?:local )?issuer cert|UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF)|unable to verify the first certificate|signed by unknown authority|certificate verif(?:y|ication) failed|CERTIFICATE_VERIFY_FAILED|SSL certificate problem|UnknownIssuer/i

export const isUntrusted = (text: string): boolean => untrusted.test(text)

export interface TrustFacts {
  readonly context: string
  readonly hasBuildCa: boolean
}

/** What to do about a certificate that builds do not trust. */
export const toTrustHint = ({ context, hasBuildCa }: TrustFacts): string =>
  hasBuildCa
    ? `The certificates that are set for builds do not vouch for it, or the repository's own Dockerfile does not mount them: RUN --mount=type=secret,id=${trustSecret}. Others: slipway cluster add ${context} --build-ca FILE`
    : `Set the certificate of who vouches for it, then deploy again: slipway cluster add ${context} --build-ca FILE`
