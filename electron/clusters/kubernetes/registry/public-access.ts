import type { RegistryAccess } from './access.ts'

/** A registry that is asked as anybody may. As containers' programs do, only this computer itself is asked without TLS. */
export const toPublicAccess = (address: string): RegistryAccess => ({
  registry: {
    address,
    hostAddress: null,
    isPlainHttp: /^(?:localhost|127\.\d+\.\d+\.\d+)(?::\d+)?$/.test(address),
    pullAddress: null,
    isInstalled: false,
  },
  ca: null,
  login: async () => undefined,
})
