/** The days that a round plays through: real days of the recent past, a few seconds each. */
export const dayMs = 86_400_000;
export const quartersPerDay = 4;

export interface RoundCalendar {
  /** Of the first day, UTC midnight in milliseconds. */
  readonly firstDayMs: number;
  /** Days that may be played: the acceptance window is longer. */
  readonly daysMax: number;
}

export function createCalendar(nowMs: number): RoundCalendar {
  const daysMax = 30;
  const today = Math.floor(nowMs / dayMs) * dayMs;
  return { firstDayMs: today - (daysMax + 1) * dayMs, daysMax };
}

/** Start of a day, or of a quarter of it. */
export function isoOf({ firstDayMs }: RoundCalendar, day: number, quarter = 0): string {
  return new Date(firstDayMs + day * dayMs + (quarter * dayMs) / quartersPerDay).toISOString();
}

export function dayOf({ firstDayMs }: RoundCalendar, text: string): number {
  return Math.floor((Date.parse(text) - firstDayMs) / dayMs);
}
