import { Button, Modal } from '@mantine/core'
import classes from './Clusters.module.css'

/** Says what is lost with the registry, and who would miss it. */
export function RemoveRegistryDialog({
  name,
  deployments,
  otherPods,
  isOpen,
  close,
  remove,
}: {
  name: string
  deployments: readonly string[]
  /** Of others in the cluster, as `namespace/name`. */
  otherPods: readonly string[]
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
      {otherPods.length > 0 && (
        <p className={classes.note}>
          {`Pods of others run from it, too, and would be missed there: ${toShort(otherPods)}.`}
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

const shown = 5
const toShort = (names: readonly string[]): string =>
  names.length <= shown
    ? names.join(', ')
    : `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
