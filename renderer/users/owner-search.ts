/** The owner that an address names, if what stands there can be one. */
export const toOwnerSearch = (owner: unknown): { owner?: string } =>
  typeof owner === 'string' && /^[0-9a-z]{26}$/.test(owner) ? { owner } : {}
