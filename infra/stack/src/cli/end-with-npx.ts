import { readEnvironment } from '@tidemark/platform/config';

const parentCheckMs = 250;

/**
 * npx puts a shell between itself and the command, and that shell dies of a signal without passing it on. Whoever ends npx
 * means the command: it is told SIGTERM once its parent is gone, and stops as gracefully as by any other signal.
 */
export function endWithNpx(): void {
  if (readEnvironment()['npm_lifecycle_event'] !== 'npx') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, parentCheckMs);
  timer.unref();
}
