/**
 * Instants are integer microseconds since 1970-01-01T00:00:00Z in a JavaScript number: exact up to the year 2255.
 * Text follows RFC 3339 with the limits of the public API: a zone is required, no leap second, at most six decimals of
 * a second (trailing zeros aside).
 */
export type Instant = number;

/** 1900-01-01T00:00:00Z, the earliest instant ClickHouse's DateTime64(6) holds. */
export const instantMin: Instant = -2_208_988_800_000_000;
/** 2255-01-01T00:00:00Z (exclusive): every instant below is a safe integer. */
export const instantMax: Instant = 8_993_808_000_000_000;

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;

/** Reads an RFC 3339 text; `undefined` when it is none, has no zone, a leap second, too many decimals, or is out of range. */
export function parseInstant(text: string): Instant | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, , sign, offsetHour, offsetMinute] =
    match;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const check = new Date(date);
  // Date.UTC rolls 31 April over into May; such a day does not exist.
  if (check.getUTCMonth() !== Number(month) - 1 || check.getUTCDate() !== Number(day)) {
    return undefined;
  }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const microseconds = parseFraction(fraction);
  if (microseconds === undefined) return undefined;
  let offsetSeconds = 0;
  if (sign !== undefined) {
    if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
    offsetSeconds = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60;
    if (sign === '-') offsetSeconds = -offsetSeconds;
  }
  const seconds =
    date / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offsetSeconds;
  const instant = seconds * 1_000_000 + microseconds;
  return instant >= instantMin && instant < instantMax ? instant : undefined;
}

/** `2015-05-17T10:05:03Z`, with as many decimals of a second as needed and no more (0 to 6). */
export function formatInstant(instant: Instant): string {
  const milliseconds = Math.floor(instant / 1000);
  const microseconds = instant - Math.floor(instant / 1_000_000) * 1_000_000;
  const seconds = new Date(milliseconds).toISOString().slice(0, 19);
  if (microseconds === 0) return `${seconds}Z`;
  return `${seconds}.${String(microseconds).padStart(6, '0').replace(/0+$/, '')}Z`;
}

function parseFraction(fraction: string | undefined): number | undefined {
  if (fraction === undefined) return 0;
  const digits = fraction.replace(/0+$/, '');
  return digits.length > 6 ? undefined : Number(digits.padEnd(6, '0'));
}
