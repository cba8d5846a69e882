/** A listener of the application that throws must neither stop delivery nor hide: its error is printed. */
export function callListener(call: () => void): void {
  try {
    call();
  } catch (error) {
    // eslint-disable-next-line no-console -- there is nobody else to tell
    console.error('tidemark: a listener threw', error);
  }
}
