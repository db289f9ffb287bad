import { useDisclosure, useLocalStorage } from '@mantine/hooks'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { ShortcutsDialog } from '../keyboard/ShortcutsDialog.tsx'
import { useShortcuts } from '../keyboard/shortcuts.ts'
import { ConnectionBar } from './ConnectionBar.tsx'
import { DiskBar } from './DiskBar.tsx'
import classes from './Frame.module.css'
import { Palette } from './Palette.tsx'
import { Rail } from './Rail.tsx'
import { RestorationBar } from './RestorationBar.tsx'

/** All that stays while pages change. */
export function Frame() {
  const navigate = useNavigate()
  const [areShortcutsShown, shortcuts] = useDisclosure()
  const [isCollapsed, setCollapsed] = useLocalStorage({ key: 'slipway.rail', defaultValue: false })
  useShortcuts({
    c: () => void navigate({ to: '/new' }),
    'g b': () => void navigate({ to: '/' }),
    'g u': () => void navigate({ to: '/builds' }),
    'g l': () => void navigate({ to: '/logs' }),
    'g a': () => void navigate({ to: '/activity' }),
    'g s': () => void navigate({ to: '/settings' }),
    '?': shortcuts.open,
  })
  return (
    <div className={classes.frame}>
      <ConnectionBar />
      <RestorationBar />
      <DiskBar />
      <div className={classes.body}>
        <Rail
          isCollapsed={isCollapsed}
          toggle={() => setCollapsed(!isCollapsed)}
          showShortcuts={shortcuts.open}
        />
        <Outlet />
      </div>
      <Palette showShortcuts={shortcuts.open} />
      <ShortcutsDialog isOpen={areShortcutsShown} close={shortcuts.close} />
    </div>
  )
}
