import { toast, toastFailure } from './toasts.tsx'

export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast(`Copied ${what}.`)
  } catch (error) {
    toastFailure(error)
  }
}
