/** A hull on its way down the ramp. */
export function SlipwayMark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden focusable="false">
      <path d="M2 13.5 22 19" stroke="var(--text-third)" strokeWidth="2" strokeLinecap="round" />
      <path d="M4.2 7.2 20 11.5l-2.2 4.1-9.9-2.7a5 5 0 0 1-3.5-3.9z" fill="var(--accent)" />
    </svg>
  )
}
