import { Button, Modal } from '@mantine/core'
import classes from './Clusters.module.css'

/** Says what is lost with the registry, and who would miss it. */
export function RemoveRegistryDialog({
  name,
  deployments,
  isOpen,
  close,
  remove,
}: {
  name: string
  deployments: readonly string[]
  isOpen: boolean
  close: () => void
  remove: () => void
}) {
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={`Remove the registry of ${name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      // A <header> in a dialog would be a second banner of the page.
      attributes={{ header: { role: 'presentation' } }}
    >
      <p className={classes.consentText}>
        Lost: the registry, its volume and every image in it, so no release that ran from it can be rolled
        back to without a build.
      </p>
      {deployments.length > 0 && (
        <p className={classes.note}>
          {`${deployments.join(', ')} ${deployments.length === 1 ? 'runs' : 'run'} from it: they go on until a node has to pull them again, and then do not start. Deploy them anew once there is another registry.`}
        </p>
      )}
      <div className={classes.dialogButtons}>
        <Button variant="default" onClick={close}>
          Keep it
        </Button>
        <Button className={classes.removeNow} onClick={remove}>
          Remove the registry
        </Button>
      </div>
    </Modal>
  )
}
