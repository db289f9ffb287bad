import classes from './Keys.module.css'

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent)
const words: Record<string, string> = { mod: isApple ? '⌘' : 'Ctrl', enter: 'Enter' }

/** `mod+k` and `g b` as key caps. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className={classes.keys}>
      {keys.split(/[+ ]/).map((key, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list
        <kbd key={index} className={classes.key}>
          {words[key] ?? (keys.startsWith('mod') ? key.toUpperCase() : key)}
        </kbd>
      ))}
    </span>
  )
}
