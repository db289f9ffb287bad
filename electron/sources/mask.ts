/** Takes credentials out of any URL in the text: `https://ana:secret@host` becomes `https://***@host`. A user alone stays in ssh. */
export function maskCredentials(text: string): string {
  return text.replace(
    /\b([a-z][a-z0-9+.-]*:\/\/)([^/\s'"]*)@/gi,
    (whole: string, scheme: string, userInfo: string) =>
      scheme.toLowerCase() === 'ssh://' && !userInfo.includes(':') ? whole : `${scheme}***@`,
  )
}

/** Masks URLs, and the given secrets wherever they stand. */
export function createMask(secrets: readonly string[]): (text: string) => string {
  const known = secrets.filter(secret => secret.length > 3)
  return text => known.reduce((masked, secret) => masked.replaceAll(secret, '***'), maskCredentials(text))
}
