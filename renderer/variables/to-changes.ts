import { parseEnvFile } from '../../shared/domain/env-file.ts'
import type { VariableEdit } from '../../shared/domain/variable.ts'
import { suggestScope, suggestSecret } from '../../shared/domain/variable-rules.ts'
import type { FormVariable } from './VariableForm.tsx'

export interface PreviewLine {
  readonly kind: 'added' | 'changed' | 'unchanged' | 'refused'
  readonly text: string
  readonly note: string
}

/** What a pasted `.env` text would do. What is known keeps its kind; what is new gets the suggested one. */
export function toChanges(
  text: string,
  known: readonly FormVariable[],
): { readonly set: VariableEdit[]; readonly lines: PreviewLine[] } {
  const { variables, refused } = parseEnvFile(text)
  const named = new Map(known.map(one => [one.name, one]))
  const edits = variables.map(({ name, value }) => {
    const before = named.get(name)
    const scope = before?.scope ?? suggestScope(name)
    const isSecret = before?.isSecret ?? suggestSecret(name)
    const kind =
      before === undefined ? 'added' : !before.isSecret && before.value === value ? 'unchanged' : 'changed'
    return { kind, edit: { name, scope, isSecret, value } } as const
  })
  return {
    set: edits.filter(({ kind }) => kind !== 'unchanged').map(({ edit }) => edit),
    lines: [
      ...refused.map(({ line, why }) => ({ kind: 'refused' as const, text: `Line ${line}`, note: why })),
      ...edits.map(({ kind, edit }) => ({
        kind,
        text: edit.name,
        note: [edit.isSecret ? 'secret' : '', edit.scope === 'run' ? '' : 'for the build']
          .filter(Boolean)
          .join(', '),
      })),
    ],
  }
}
