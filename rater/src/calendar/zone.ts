/** The bridge between instants (integer microseconds) and the calendar of a time zone. */
import { Temporal } from 'temporal-polyfill';

export function toZoned(instant: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochNanoseconds(BigInt(instant) * 1000n).toZonedDateTimeISO(
    timeZone,
  );
}

/** Integer microseconds; calendar boundaries never fall between them. */
export function toInstant(zoned: Temporal.ZonedDateTime): number {
  return Number(zoned.epochNanoseconds / 1000n);
}

/** Whether the name is an IANA time zone that this runtime knows; offsets such as `+01:00` are not. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return toZoned(0, name).timeZoneId !== '';
  } catch {
    return false;
  }
}
