const UNIT_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What people write for a unit; `M` is none of them, since it could be minutes or millions. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ...{ us: 'us', µs: 'us', μs: 'us', usec: 'us' },
  ...{ ms: 'ms', msec: 'ms', msecs: 'ms', millis: 'ms', millisecond: 'ms', milliseconds: 'ms' },
  ...{ s: 's', sec: 's', secs: 's', second: 's', seconds: 's' },
  ...{ m: 'm', min: 'm', mins: 'm', minute: 'm', minutes: 'm' },
  ...{ h: 'h', hr: 'h', hrs: 'h', hour: 'h', hours: 'h' },
  ...{ d: 'd', day: 'd', days: 'd' },
};

const NUMBER = String.raw`(?:\d+(?:\.\d+)?|\.\d+)`;
const PART = new RegExp(String.raw`(${NUMBER})\s*([a-zµμ]+)\s*`, 'g');

/** 31 years, as in trace files. */
const MOST_DURATION_MS = 1e12;

/**
 * A duration as people type it: `30s`, `1m30s`, `250ms`, `1.5h`, `1min`; only 0 may stand without a unit. Returns ms, in
 * [0, 10^12]. Throws an Error whose message says what to give.
 */
export function parseDurationMs(text: string): number {
  const clean = text.trim();
  if (/^0+(\.0+)?$/.test(clean)) return 0;
  if (new RegExp(`^${NUMBER}$`).test(clean)) throw new Error(`say the unit: ${clean}s or ${clean}ms`);
  const parts = [...clean.matchAll(PART)];
  const totalMs = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * unitMs(unit), 0);
  if (parts.map(([whole]) => whole).join('') !== clean || clean === '' || Number.isNaN(totalMs))
    throw new Error('give a duration such as 250ms, 30s or 1m30s');
  if (totalMs > MOST_DURATION_MS) throw new Error('give at most 11574d (31 years)');
  return totalMs;
}

/** The same for a length, which must be above 0. */
export function parseLengthMs(text: string): number {
  const lengthMs = parseDurationMs(text);
  if (lengthMs === 0) throw new Error('give a length above 0, such as 30s');
  return lengthMs;
}

function unitMs(text: string | undefined): number {
  return UNIT_MS[SPELLINGS[text ?? ''] ?? ''] ?? NaN;
}

const MULTIPLES: Readonly<Record<string, number>> = { k: 1e3, K: 1e3, M: 1e6 };
/** What is counted, and per what: `rps`, `/s`, ` per minute`, `req/s`, `/1s` as vegeta has it. */
const RATE = new RegExp(
  String.raw`^(${NUMBER}(?:e\d+)?)\s*([kKM]?)\s*(?:(?:rps|qps|hz)|(rpm|qpm)|(?:r|q|req|reqs|requests|queries)?\s*(?:/|per\s)\s*(${NUMBER})?\s*([a-zµμ]+))?$`,
);
const RATE_LIMIT_PER_SECOND = 1e9;

/**
 * A rate as people type it: `50/s`, `3000/m`, `100rps`, `1k/s`, `50/sec`, `50` (per second). Returns requests per second,
 * above 0 and below 10^9. Throws an Error whose message says what to give.
 */
export function parseRatePerSecond(text: string): number {
  const [, amount, multiple = '', perMinute, times = '1', unit] = RATE.exec(text.trim().replace(/Hz$/, 'hz')) ?? [];
  const periodMs = perMinute !== undefined ? 60_000 : unit === undefined ? 1000 : Number(times) * unitMs(unit);
  const perSecond = (Number(amount) * (MULTIPLES[multiple] ?? 1)) / (periodMs / 1000);
  if (periodMs > 0 && perSecond >= RATE_LIMIT_PER_SECOND) throw new Error('give a rate below 1000000000/s');
  if (!(periodMs > 0 && perSecond > 0)) throw new Error('give a rate above 0 such as 50/s or 3000/m');
  return perSecond;
}

const MOST_SPEED = 1e6;

/** `2x`, `0.5x`, `2`. */
export function parseSpeed(text: string): number {
  const speed = new RegExp(`^${NUMBER}x?$`).test(text.trim()) ? Number.parseFloat(text) : NaN;
  if (!(speed > 0)) throw new Error('give a factor above 0 such as 2x (twice as fast)');
  if (speed > MOST_SPEED) throw new Error(`give at most ${String(MOST_SPEED)}x`);
  return speed;
}
