import { readFileSync } from 'node:fs';
import { readEnvironment } from '@tidemark/platform/config';

const checkMs = 250;

/**
 * npx puts a shell between itself and the command: of a SIGTERM the shell dies without passing it on, and a SIGKILL of npx
 * reaches neither. Whoever ends npx means the command: it is told SIGTERM once one of the two is gone, and stops as
 * gracefully as by any other signal.
 */
export function endWithNpx(): void {
  if (readEnvironment()['npm_lifecycle_event'] !== 'npx') return;
  const ancestors = readAncestors();
  const timer = setInterval(() => {
    if (readAncestors() === ancestors) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, checkMs);
  timer.unref();
}

/** The shell, and npx above it where the system tells. */
function readAncestors(): string {
  const shell = process.ppid;
  try {
    const status = readFileSync(`/proc/${shell}/status`, 'utf8');
    return `${shell} ${/^PPid:\s*(\d+)$/m.exec(status)?.[1] ?? ''}`;
  } catch {
    return String(shell);
  }
}
