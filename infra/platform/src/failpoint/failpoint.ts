/**
 * Ends the process at a named step as a crash would: `FAILPOINT=rater/after-rows:kill`, or `...:kill@3` for the third time
 * the point is passed. Without the variable a point costs one comparison.
 */
import { readEnvironment } from '../config/index.ts';
import { AppError } from '../errors/index.ts';
import { failpointNames } from './failpoints.ts';
import type { Failpoint } from './failpoints.ts';

interface ArmedFailpoint {
  readonly name: string;
  passesLeft: number;
}

const armed = parseFailpoint(readEnvironment()['FAILPOINT']);

/** Ends the process by SIGKILL when this point is the armed one; else does nothing. */
export function failpoint(name: Failpoint): void {
  if (armed?.name !== name) return;
  armed.passesLeft -= 1;
  if (armed.passesLeft === 0) process.kill(process.pid, 'SIGKILL');
}

/** Reads `name:kill` or `name:kill@N`. Throws `platform/failpoint-invalid`, so that a misspelt test cannot pass. */
export function parseFailpoint(text: string | undefined): ArmedFailpoint | null {
  if (text === undefined || text === '') return null;
  const match = /^([a-z/-]+):kill(?:@([1-9]\d{0,5}))?$/.exec(text);
  const name = match?.[1];
  if (name === undefined || !(failpointNames as readonly string[]).includes(name)) {
    throw new AppError(
      'invalid-input',
      'platform/failpoint-invalid',
      `FAILPOINT=${text} names no failpoint; known: ${failpointNames.join(', ')}.`,
    );
  }
  return { name, passesLeft: Number(match?.[2] ?? 1) };
}
