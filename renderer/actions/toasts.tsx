import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { toShownFailure } from '../connection/failures.ts'

const shownForMs = 5_000
const failureShownForMs = 12_000

/** A result, for a moment; with what takes it back where there is such a thing. */
export function toast(message: string, undo?: { readonly word: string; readonly act: () => void }): void {
  const id = crypto.randomUUID()
  notifications.show({
    id,
    message:
      undo === undefined ? (
        message
      ) : (
        <span style={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: 12 }}>
          {message}
          <Button
            variant="default"
            onClick={() => {
              notifications.hide(id)
              undo.act()
            }}
          >
            {undo.word}
          </Button>
        </span>
      ),
    color: 'accent',
    autoClose: shownForMs,
    withBorder: true,
    closeButtonProps: { 'aria-label': 'Close' },
  })
}

export function toastFailure(error: unknown): void {
  const failure = toShownFailure(error)
  notifications.show({
    title: failure.message,
    message: failure.hint,
    color: 'red',
    autoClose: failureShownForMs,
    withBorder: true,
    closeButtonProps: { 'aria-label': 'Close' },
  })
}
