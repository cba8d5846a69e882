import { describe, expect, it } from 'vitest';
import { formatInstant, parseInstant } from '@tidemark/platform/clock';
import { windowBoundaries } from './windows.ts';
import type { UsageWindow } from './windows.ts';

function windows(from: string, to: string, window?: UsageWindow, timeZone?: string): string[] {
  const span = { from: parseInstant(from)!, to: parseInstant(to)! };
  return windowBoundaries({ ...span, window, timeZone }).map(formatInstant);
}

describe('usage windows', () => {
  it('are the span itself when none is asked for', () => {
    expect(windows('2026-03-01T00:00:00.5Z', '2026-03-02T00:00:00Z')).toEqual([
      '2026-03-01T00:00:00.5Z',
      '2026-03-02T00:00:00Z',
    ]);
  });

  it('are clipped to the span', () => {
    expect(windows('2026-03-01T10:30:00Z', '2026-03-03T06:00:00Z', 'day')).toEqual([
      '2026-03-01T10:30:00Z',
      '2026-03-02T00:00:00Z',
      '2026-03-03T00:00:00Z',
      '2026-03-03T06:00:00Z',
    ]);
  });

  it('follow the local day through the change to summer time', () => {
    expect(windows('2026-03-28T23:00:00Z', '2026-03-30T22:00:00Z', 'day', 'Europe/Berlin')).toEqual(
      ['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', '2026-03-30T22:00:00Z'],
    );
  });

  it('are local hours where a zone is off by half an hour', () => {
    expect(windows('2026-03-01T00:00:00Z', '2026-03-01T02:00:00Z', 'hour', 'Asia/Kolkata')).toEqual(
      [
        '2026-03-01T00:00:00Z',
        '2026-03-01T00:30:00Z',
        '2026-03-01T01:30:00Z',
        '2026-03-01T02:00:00Z',
      ],
    );
  });

  it('are months of the calendar', () => {
    expect(windows('2026-01-31T00:00:00Z', '2026-04-01T00:00:00Z', 'month')).toEqual([
      '2026-01-31T00:00:00Z',
      '2026-02-01T00:00:00Z',
      '2026-03-01T00:00:00Z',
      '2026-04-01T00:00:00Z',
    ]);
  });

  it('are refused when there would be too many, none at all, or the zone is unknown', () => {
    expect(() => windows('2020-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'hour')).toThrow(
      'At most',
    );
    expect(() => windows('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')).toThrow('must end after');
    expect(() => windows('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', 'day', '+01:00')).toThrow(
      'no IANA',
    );
  });
});
