/** A moment as it was read: whole seconds and nanoseconds, so that nothing is lost to floating point. */
export interface Stamp {
  /** Seconds since 1970, of a local clock where `zoned` is false; or since the start of the source. A whole number. */
  sec: number;
  /** 0 to 999,999,999. */
  ns: number;
  /** Whether it said its offset from UTC, or is a count of time that needs none. */
  zoned: boolean;
}

export function blankStamp(): Stamp {
  return { sec: 0, ns: 0, zoned: true };
}

const ZERO = 48;
const DAY_S = 86_400;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** What separates the date from the time: a space, T, t, or the colon of access logs. */
const BETWEEN = new Set([32, 84, 116, 58, 95]);

/**
 * Reads a date and time of day in `bytes[from, to)`: ISO 8601 (`2023-11-16T18:15:46.680+01:00`), SQL (a space between, no zone), with
 * slashes, or as access logs have it (`16/Nov/2023:18:15:46 +0100`). Digits behind the ninth decimal are cut. False: it is none.
 */
export function readDate(bytes: Uint8Array, from: number, to: number, out: Stamp): boolean {
  const dayAt = dateAt(bytes, from, to, out);
  if (dayAt < 0) return false;
  if (dayAt === to) return local(out);
  if (!BETWEEN.has(bytes[dayAt] as number)) return false;
  const at = clockAt(bytes, dayAt + 1, to, out);
  return at >= 0 && readZone(bytes, at, to, out);
}

function local(out: Stamp): boolean {
  out.ns = 0;
  out.zoned = false;
  return true;
}

/** Reads the date; returns where it ends, -1: it is none. */
function dateAt(bytes: Uint8Array, from: number, to: number, out: Stamp): number {
  const isYearFirst = to - from >= 10 && isDigit(bytes[from + 2]);
  if (isYearFirst) {
    const mark = bytes[from + 4];
    if ((mark !== 45 && mark !== 47) || bytes[from + 7] !== mark) return -1;
    return putDay(digits(bytes, from, 4), digits(bytes, from + 5, 2), digits(bytes, from + 8, 2), from + 10, out);
  }
  // 16/Nov/2023
  if (to - from < 11 || bytes[from + 2] !== 47 || bytes[from + 6] !== 47) return -1;
  const name = String.fromCharCode(bytes[from + 3] ?? 0, bytes[from + 4] ?? 0, bytes[from + 5] ?? 0).toLowerCase();
  return putDay(digits(bytes, from + 7, 4), MONTHS.indexOf(name) + 1, digits(bytes, from, 2), from + 11, out);
}

function putDay(year: number, month: number, day: number, end: number, out: Stamp): number {
  if (!(year >= 1900 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return -1;
  out.sec = daysSince1970(year, month, day) * DAY_S;
  return end;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Of the proleptic Gregorian calendar, with years that begin in March, so that a leap day is the last of its year. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const m = month <= 2 ? month + 9 : month - 3;
  const dayOfYear = Math.floor((153 * m + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

/** Adds HH:MM, HH:MM:SS or HH:MM:SS.fraction; returns where it ends, -1: it is none. */
function clockAt(bytes: Uint8Array, from: number, to: number, out: Stamp): number {
  const hour = digits(bytes, from, 2);
  const minute = digits(bytes, from + 3, 2);
  if (bytes[from + 2] !== 58 || from + 5 > to || !(hour < 24 && minute < 60)) return -1;
  out.sec += hour * 3600 + minute * 60;
  out.ns = 0;
  if (bytes[from + 5] !== 58 || from + 5 >= to) return from + 5;
  const second = digits(bytes, from + 6, 2);
  // 60 is a leap second, which the clocks of Unix count with the next one.
  if (from + 8 > to || !(second <= 60)) return -1;
  out.sec += second;
  const mark = bytes[from + 8];
  if (from + 8 >= to || (mark !== 46 && mark !== 44)) return from + 8;
  return fractionAt(bytes, from + 9, to, out);
}

function fractionAt(bytes: Uint8Array, from: number, to: number, out: Stamp): number {
  let i = from;
  let ns = 0;
  for (; i < to && isDigit(bytes[i]); i++) if (i < from + 9) ns = ns * 10 + (bytes[i] as number) - ZERO;
  if (i === from) return -1;
  for (let read = i - from; read < 9; read++) ns *= 10;
  out.ns = ns;
  return i;
}

/** What follows the time: nothing, Z, UTC, GMT, +01, +0100 or +01:00, perhaps behind a space. */
function readZone(bytes: Uint8Array, at: number, to: number, out: Stamp): boolean {
  let from = at;
  while (from < to && bytes[from] === 32) from++;
  out.zoned = from < to;
  if (!out.zoned) return true;
  const sign = bytes[from] === 43 ? 1 : bytes[from] === 45 ? -1 : 0;
  if (sign === 0) return /^(z|utc|gmt)$/i.test(String.fromCharCode(...bytes.subarray(from, Math.min(to, from + 4))));
  const colon = bytes[from + 3] === 58 ? 1 : 0;
  const hours = digits(bytes, from + 1, 2);
  const minutes = to === from + 3 ? 0 : digits(bytes, from + 3 + colon, 2);
  const end = to === from + 3 ? to : from + 5 + colon;
  if (end !== to || !(hours <= 18 && minutes < 60)) return false;
  out.sec -= sign * (hours * 3600 + minutes * 60);
  return true;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** The number of `n` digits; NaN where one is none. */
function digits(bytes: Uint8Array, from: number, n: number): number {
  let value = 0;
  for (let i = from; i < from + n; i++) {
    const digit = (bytes[i] ?? 0) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}
