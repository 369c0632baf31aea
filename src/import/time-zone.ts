import { printable, UserError } from '../errors.js';
import { isoDateMs } from '../text/iso-date.js';

/** Turns the clock of a place into UTC. */
export interface TimeZone {
  readonly name: string;
  /** What the last call met: a time that occurs twice (clocks set back), or never (set forward). */
  readonly doubt: 'twice' | 'never' | undefined;
  /** UTC seconds of local seconds. Of a time that occurs twice it is the first that does not lie before `notBefore`, else the first. */
  toUtc(localSec: number, notBefore: number): number;
}

const QUARTER_S = 900;
const DAY_S = 86_400;

/** `UTC`, an offset such as `+02:00`, or a zone such as `Europe/Berlin`. Throws `UserError` for any other name. */
export function timeZone(name: string): TimeZone {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(name) ?? [];
  if (hours !== undefined) return fixed(name, (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60));
  if (/^(utc|gmt|z)$/i.test(name)) return fixed('UTC', 0);
  return named(name);
}

function fixed(name: string, offsetSec: number): TimeZone {
  return { name, doubt: undefined, toUtc: (localSec) => localSec - offsetSec };
}

function named(name: string): TimeZone {
  const offsetAt = offsetsOf(name);
  const known = new Map<number, readonly number[]>();
  let lastQuarter = NaN;
  let candidates: readonly number[] = [];
  const zone = {
    name,
    doubt: undefined as 'twice' | 'never' | undefined,
    toUtc(localSec: number, notBefore: number): number {
      const quarter = Math.floor(localSec / QUARTER_S);
      if (quarter !== lastQuarter) {
        candidates = known.get(quarter) ?? candidatesAt(quarter * QUARTER_S, offsetAt);
        known.set(quarter, candidates);
        lastQuarter = quarter;
      }
      const [first = 0, second] = candidates;
      zone.doubt = candidates.length === 1 ? undefined : candidates.length === 0 ? 'never' : 'twice';
      // A clock that was not set forward would have shown it.
      if (candidates.length === 0) return localSec - offsetAt(localSec - offsetAt(localSec - DAY_S) - DAY_S);
      const early = localSec - first;
      return second !== undefined && early < notBefore ? localSec - second : early;
    },
  };
  return zone;
}

/** The offsets under which a local time exists, the earlier moment first: a larger offset is an earlier moment. */
function candidatesAt(localSec: number, offsetAt: (utcSec: number) => number): readonly number[] {
  const around = [offsetAt(localSec - DAY_S), offsetAt(localSec + DAY_S)];
  const valid = [...new Set(around)].filter((offset) => offsetAt(localSec - offset) === offset);
  return valid.sort((a, b) => b - a);
}

function offsetsOf(name: string): (utcSec: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, hourCycle: 'h23', ...FIELDS });
  } catch {
    throw new UserError(
      `--timezone ${printable(name, 60)}: there is no such zone; give UTC, an offset such as +02:00, or a name such as Europe/Berlin`,
    );
  }
  return (utcSec) => {
    const parts = new Map<string, string>(format.formatToParts(utcSec * 1000).map(({ type, value }) => [type, value]));
    const at = (type: string): string => (parts.get(type) ?? '0').padStart(type === 'year' ? 4 : 2, '0');
    const local = `${at('year')}-${at('month')}-${at('day')}T${at('hour')}:${at('minute')}:${at('second')}Z`;
    return isoDateMs(local) / 1000 - utcSec;
  };
}

const FIELDS = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;
