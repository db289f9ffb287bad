import react from '@vitejs/plugin-react'
import type { UserConfig } from 'vite'

/** The window's bundle: everything is loaded from the app itself, so it is built with relative addresses. */
const rendererConfig: UserConfig = {
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: `${import.meta.dirname}/../out/renderer`,
    emptyOutDir: true,
    target: 'es2023',
    chunkSizeWarningLimit: 1500,
  },
}

export default rendererConfig
