// Instants as integer microseconds and local calendar dates by Intl, the plainest thing that knows every time zone.

const RFC_3339 = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,6})0*)?(Z|[+-]\d\d:\d\d)$/;

/** Microseconds since 1970-01-01T00:00:00Z. */
export function micros(instant: string): number {
  const match = RFC_3339.exec(instant);
  if (match === null) throw new Error(`oracle: not an instant: ${instant}`);
  const seconds = Date.parse(`${match[1]!}T${match[2]!}${match[4]!}`);
  return seconds * 1000 + Number((match[3] ?? '').padEnd(6, '0'));
}

export interface LocalDate {
  year: number;
  month: number;
  day: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

export function localDate(instant: number, timeZone: string): LocalDate {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    });
    formats.set(timeZone, format);
  }
  const parts = format.formatToParts(new Date(Math.floor(instant / 1000)));
  const read = (type: string): number => Number(parts.find((part) => part.type === type)!.value);
  return { year: read('year'), month: read('month'), day: read('day') };
}

/** Days since 1970-01-01 of a calendar date. */
export function dayNumber({ year, month, day }: LocalDate): number {
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

/** `instant` plus calendar months in UTC; a day that the month lacks becomes the month's last. */
export function addMonths(instant: number, months: number): number {
  const { year, month, day } = localDate(instant, 'UTC');
  const timeOfDay = instant - dayNumber({ year, month, day }) * 86_400_000_000;
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const lastDay = new Date(
    Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0),
  ).getUTCDate();
  const target = first.getTime() + (Math.min(day, lastDay) - 1) * 86_400_000;
  return target * 1000 + timeOfDay;
}
