import { WebglAddon } from '@xterm/addon-webgl'
import type { Terminal } from '@xterm/xterm'

/** Where there is no WebGL, or it is lost, xterm draws with the DOM. */
export function drawWithGraphicsCard(terminal: Terminal): void {
  if (!hasGraphicsCard()) return
  try {
    const webgl = new WebglAddon()
    webgl.onContextLoss(() => webgl.dispose())
    terminal.loadAddon(webgl)
  } catch {
    // xterm's own renderer is in place already.
  }
}

/** WebGL without a graphics card is drawn by the processor, four times slower than the DOM. */
function hasGraphicsCard(): boolean {
  const context = document.createElement('canvas').getContext('webgl2')
  const names = context?.getExtension('WEBGL_debug_renderer_info')
  if (!context || !names) return context !== null
  const name = String(context.getParameter(names.UNMASKED_RENDERER_WEBGL))
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name)
}
