import { IconShieldExclamation } from '@tabler/icons-react'
import classes from './Wizard.module.css'

/** Shown once, before the first code runs. */
export function ConsentNotice() {
  return (
    <section className={classes.consent} aria-label="Before the first deploy">
      <IconShieldExclamation size={20} className={classes.consentIcon} aria-hidden />
      <div>
        <p className={classes.consentTitle}>Code that you deploy here runs with your own rights.</p>
        <p className={classes.consentText}>
          On this computer nothing separates an app from your files: its install and build commands, and the
          app itself, can read and change whatever you can. Deploy only code that you trust. You are asked
          once.
        </p>
      </div>
    </section>
  )
}
