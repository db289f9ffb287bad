/** A DNS label, since the name becomes `http://<name>.localhost`. */
export const namePattern = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/

export const nameRule = 'Use 1 to 40 lower-case letters, digits and dashes; start with a letter.'
