import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { copyText } from '../../actions/copy.ts'
import { saveFile } from '../../actions/save-file.ts'
import { toastFailure } from '../../actions/toasts.tsx'
import { client } from '../../connection/api.ts'
import { SettingsRow } from './SettingsRow.tsx'

export function Diagnostics() {
  const collect = useMutation({
    mutationFn: async (hand: (text: string) => unknown) => {
      const { text } = await client.settings.diagnostics()
      await hand(text)
    },
    onError: toastFailure,
  })
  const copy = (text: string) => copyText(text, 'the diagnostics')
  const save = (text: string) =>
    saveFile([text], { name: 'slipway-diagnostics.json', type: 'application/json' })
  return (
    <SettingsRow title="Diagnostics" about="Versions, settings and Slipway's own log, with secrets masked.">
      <Button variant="default" disabled={collect.isPending} onClick={() => collect.mutate(copy)}>
        Copy
      </Button>
      <Button variant="default" disabled={collect.isPending} onClick={() => collect.mutate(save)}>
        Save…
      </Button>
    </SettingsRow>
  )
}
