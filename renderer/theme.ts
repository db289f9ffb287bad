import {
  ActionIcon,
  Button,
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  Menu,
  Modal,
  Notification,
  Select,
  Switch,
  Tooltip,
} from '@mantine/core'

const accent: MantineColorsTuple = [
  '#eeeefc',
  '#d9d9f8',
  '#b9b9f2',
  '#9d9dfa',
  '#7f7fec',
  '#6363e2',
  '#5252d6',
  '#4747d1',
  '#3a3ab3',
  '#2c2c8c',
]

/** Mantine's own dark greys, from text to ground, in step with tokens.css. */
const dark: MantineColorsTuple = [
  '#ededf0',
  '#c9c9d2',
  '#a9a9b4',
  '#9090a0',
  '#2b2b33',
  '#25252c',
  '#17171b',
  '#0f0f12',
  '#0c0c0e',
  '#08080a',
]

/** Menus and lists open inside of the page's main landmark. */
export const floatingId = 'floating'
const portalProps = { target: `#${floatingId}` }

/** Mantine drawn with the tokens of tokens.css; sizes on the 4 px grid. */
export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 6 },
  colors: { accent, dark },
  defaultRadius: 'sm',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  fontFamily: "system-ui, -apple-system, 'Segoe UI', 'Inter', 'Noto Sans', 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: 'var(--mono)',
  headings: { fontWeight: '600' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: Button.extend({
      defaultProps: { size: 'xs' },
      styles: {
        root: { height: 32, fontWeight: 500, fontSize: 13, paddingInline: 12 },
        section: { marginInlineEnd: 6 },
      },
    }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 32 } }),
    Menu: Menu.extend({
      defaultProps: {
        portalProps,
        withInitialFocusPlaceholder: false,
        shadow: 'none',
        position: 'bottom-end',
        transitionProps: { duration: 100, transition: 'fade' },
      },
      styles: { dropdown: { boxShadow: 'var(--shadow)' }, item: { fontSize: 13, minHeight: 32 } },
    }),
    Modal: Modal.extend({
      defaultProps: { centered: true, transitionProps: { duration: 120, transition: 'fade' } },
      styles: {
        title: { fontSize: 16, fontWeight: 600 },
        content: {
          boxShadow: 'var(--shadow)',
          background: 'var(--surface)',
          border: '1px solid var(--line)',
        },
        header: { background: 'none' },
      },
    }),
    Tooltip: Tooltip.extend({
      defaultProps: {
        openDelay: 300,
        transitionProps: { duration: 100 },
        events: { hover: true, focus: true, touch: false },
      },
      styles: { tooltip: { fontSize: 12 } },
    }),
    Switch: Switch.extend({ defaultProps: { size: 'sm' } }),
    Select: Select.extend({
      defaultProps: { comboboxProps: { portalProps, transitionProps: { duration: 0 } } },
    }),
    Notification: Notification.extend({
      styles: {
        root: { boxShadow: 'var(--shadow)' },
        title: { fontWeight: 600 },
        description: { color: 'var(--text-second)' },
      },
    }),
  },
})

export const cssVariables: CSSVariablesResolver = () => {
  const ours = {
    '--mantine-color-body': 'var(--ground)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-bright': 'var(--text)',
    '--mantine-color-dimmed': 'var(--text-second)',
    '--mantine-color-placeholder': 'var(--text-third)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-error': 'var(--red)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-gray-light-color': 'var(--text-second)',
    '--mantine-color-gray-light-hover': 'var(--selected)',
    '--mantine-color-disabled': 'var(--hover)',
    '--mantine-color-disabled-color': 'var(--text-third)',
    '--mantine-color-disabled-border': 'var(--line)',
  }
  return { variables: {}, light: ours, dark: ours }
}
