/** The look of the gateway's own pages. It stands alone: the app behind the name serves nothing yet. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #fcfcfd; --raised: #f3f4f6; --line: #e3e5e9; --text: #17191d; --soft: #5b616b;
  --blue: #1a5fd0; --red: #c02c2c; --grey: #5b616b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101114; --raised: #191b1f; --line: #2a2d33; --text: #eceef1; --soft: #9aa1ac;
    --blue: #7fb0ff; --red: #ff8a80; --grey: #9aa1ac;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; align-items: center; justify-items: center; padding: 24px;
  background: var(--ground); color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main { width: 100%; max-width: 640px; }
.status { display: flex; align-items: center; gap: 8px; margin: 0 0 12px; font-size: 13px; font-weight: 600; }
.status svg {
  width: 16px; height: 16px; fill: none; stroke: currentColor; stroke-width: 1.75;
  stroke-linecap: round; stroke-linejoin: round;
}
.blue { color: var(--blue); }
.red { color: var(--red); }
.grey { color: var(--grey); }
h1 { margin: 0 0 8px; font-size: 20px; line-height: 1.4; font-weight: 600; overflow-wrap: anywhere; }
h2 { margin: 24px 0 8px; font-size: 13px; font-weight: 600; color: var(--soft); }
.detail { margin: 0; color: var(--soft); overflow-wrap: anywhere; white-space: pre-line; }
pre {
  margin: 0; padding: 12px 16px; max-height: 50vh; overflow: auto;
  background: var(--raised); border: 1px solid var(--line); border-radius: 8px;
  font: 12px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
}
pre:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
.foot { margin: 24px 0 0; font-size: 13px; color: var(--soft); }
`
