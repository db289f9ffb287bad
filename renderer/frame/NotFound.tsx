import { EmptyNote } from '../ui/EmptyNote.tsx'
import { LinkButton } from '../ui/LinkButton.tsx'
import { Page } from './Page.tsx'

export function NotFound() {
  return (
    <Page title="Not found">
      <EmptyNote
        title="There is nothing at this address."
        actions={
          <LinkButton to="/" variant="default">
            Go to the board
          </LinkButton>
        }
      />
    </Page>
  )
}
