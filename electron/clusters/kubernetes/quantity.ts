const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
}

/** Of a Kubernetes quantity, such as `250m`, `1500n`, `2Gi` or `1e3`. */
export function toNumber(quantity: string | undefined): number {
  const [, number = '0', unit = ''] = /^([\d.eE+-]+?)([a-zA-Z]*)$/.exec(quantity ?? '') ?? []
  return Number(number) * (factors[unit] ?? 1)
}
