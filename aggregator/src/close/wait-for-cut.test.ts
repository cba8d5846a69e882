import { describe, expect, it } from 'vitest';
import type { Progress } from '@tidemark/rater/ports';
import { waitForCut } from './wait-for-cut.ts';

const cut = { incarnation: 2, offsets: [10, 20] };

/** Progress over time: one list of `next` a poll, the last one for ever. */
function waiting(polls: readonly (readonly number[])[]) {
  let poll = 0;
  let nowMs = 0;
  const options = {
    readProgress: () => {
      const nexts = polls[Math.min(poll++, polls.length - 1)] ?? [];
      return Promise.resolve(
        nexts.map((next, partition) => ({ incarnation: 2, partition, next }) as Progress),
      );
    },
    sleep: (milliseconds: number) => {
      nowMs += milliseconds;
      return Promise.resolve();
    },
    nowMs: () => nowMs,
    stallMs: 1000,
    pollMs: 100,
  };
  return { options, elapsedMs: () => nowMs };
}

describe('waiting for the cut', () => {
  it('ends at once where it has been passed', async () => {
    const { options, elapsedMs } = waiting([[10, 25]]);
    expect(await waitForCut(cut, [0, 1], options)).toEqual([]);
    expect(elapsedMs()).toBe(0);
  });

  it('goes on for as long as a partition moves, however slowly', async () => {
    const polls = Array.from({ length: 50 }, (_, poll) => [10, Math.floor(poll / 5)]);
    const { options, elapsedMs } = waiting([...polls, [10, 20]]);
    expect(await waitForCut(cut, [0, 1], options)).toEqual([]);
    expect(elapsedMs()).toBe(5000);
  });

  it('gives up on a partition that stands still, with its offset', async () => {
    const { options } = waiting([[3, 5]]);
    expect(await waitForCut(cut, [0, 1], options)).toEqual([
      { partition: 0, next: 3, cut: 10 },
      { partition: 1, next: 5, cut: 20 },
    ]);
  });

  it('does not take progress in another life of the log for this one', async () => {
    const { options } = waiting([[]]);
    const readProgress = () =>
      Promise.resolve([{ incarnation: 1, partition: 0, next: 99 } as Progress]);
    expect(await waitForCut(cut, [0], { ...options, readProgress })).toEqual([
      { partition: 0, next: 0, cut: 10 },
    ]);
  });

  it('looks at the given partitions only', async () => {
    const { options } = waiting([[10, 0]]);
    expect(await waitForCut(cut, [0], options)).toEqual([]);
  });
});
