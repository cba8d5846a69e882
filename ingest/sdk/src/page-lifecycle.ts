/**
 * In a browser the last moment that is sure to come is the page becoming hidden; `pagehide` covers the old Safari that
 * skips it. Elsewhere this does nothing.
 */
interface PageEvents {
  addEventListener(name: string, listener: () => void): void;
  removeEventListener(name: string, listener: () => void): void;
}

/** Calls back whenever the page may go away; the returned function ends that. */
export function watchPage(pageMayGo: () => void): () => void {
  const page = globalThis as Partial<PageEvents> & {
    readonly document?: PageEvents & { readonly visibilityState: string };
  };
  const { document } = page;
  if (document === undefined || page.addEventListener === undefined) return () => undefined;
  const visibilityChanged = () => {
    if (document.visibilityState === 'hidden') pageMayGo();
  };
  document.addEventListener('visibilitychange', visibilityChanged);
  page.addEventListener('pagehide', pageMayGo);
  return () => {
    document.removeEventListener('visibilitychange', visibilityChanged);
    page.removeEventListener?.('pagehide', pageMayGo);
  };
}
