import { describe, expect, it } from 'vitest';
import { checkAcceptance, defaultAcceptanceWindow, raterTolerance } from './acceptance-window.ts';

const now = 1_800_000_000_000_000;
const { past, future } = defaultAcceptanceWindow;

describe('checkAcceptance', () => {
  it('accepts from 35 days before to 5 minutes after the log time, both inclusive', () => {
    expect(past).toBe(35 * 86_400_000_000);
    expect(future).toBe(300_000_000);
    expect(checkAcceptance(now - past, now, defaultAcceptanceWindow)).toBe('accepted');
    expect(checkAcceptance(now - past - 1, now, defaultAcceptanceWindow)).toBe(
      'ingest/event-too-old',
    );
    expect(checkAcceptance(now + future, now, defaultAcceptanceWindow)).toBe('accepted');
    expect(checkAcceptance(now + future + 1, now, defaultAcceptanceWindow)).toBe(
      'ingest/event-too-new',
    );
  });

  it('is one hour wider at both ends for the rater', () => {
    const verdict = (time: number) =>
      checkAcceptance(time, now, defaultAcceptanceWindow, raterTolerance);
    expect(verdict(now - past - raterTolerance)).toBe('accepted');
    expect(verdict(now - past - raterTolerance - 1)).toBe('ingest/event-too-old');
    expect(verdict(now + future + raterTolerance)).toBe('accepted');
    expect(verdict(now + future + raterTolerance + 1)).toBe('ingest/event-too-new');
  });

  it('follows the window of the tenant', () => {
    const window = { past: 10, future: 0 };
    expect(checkAcceptance(now, now, window)).toBe('accepted');
    expect(checkAcceptance(now + 1, now, window)).toBe('ingest/event-too-new');
    expect(checkAcceptance(now - 11, now, window)).toBe('ingest/event-too-old');
  });
});
