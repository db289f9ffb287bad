import type { VariableScope } from '../../shared/domain/variable.ts'

export const scopeWords: Readonly<Record<VariableScope, string>> = {
  run: 'While it runs',
  build: 'While it is built',
  both: 'Both',
}
