const UNIT_MS: Readonly<Record<string, number>> = { us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * A duration as people type it: `30s`, `1m30s`, `250ms`, `1.5h`; a bare number is ms. Returns ms, at least 0.
 * Throws an Error whose message says what to give.
 */
export function parseDurationMs(text: string): number {
  const clean = text.trim();
  if (/^\d+(\.\d+)?$/.test(clean)) return Number(clean);
  if (!/^(\d+(\.\d+)?(us|µs|ms|s|m|h))+$/.test(clean)) throw new Error('give a duration such as 250ms, 30s or 1m30s');
  let totalMs = 0;
  for (const [, amount, unit] of clean.matchAll(/(\d+(?:\.\d+)?)(us|µs|ms|s|m|h)/g))
    totalMs += Number(amount) * (UNIT_MS[unit ?? ''] ?? NaN);
  return totalMs;
}

/** A rate as people type it: `50/s`, `3000/m`, `50` (per second). Returns requests per second, above 0. */
export function parseRatePerSecond(text: string): number {
  const match = /^(\d+(?:\.\d+)?(?:e\d+)?)(?:\/(s|m|h))?$/.exec(text.trim());
  const perSecond = match === null ? NaN : Number(match[1]) / ((UNIT_MS[match[2] ?? 's'] ?? NaN) / 1000);
  if (!(perSecond > 0 && perSecond < 1e9)) throw new Error('give a rate above 0 such as 50/s or 3000/m');
  return perSecond;
}

/** `2x`, `0.5x`, `2`. */
export function parseSpeed(text: string): number {
  const speed = /^\d+(\.\d+)?x?$/.test(text.trim()) ? Number.parseFloat(text) : NaN;
  if (!(speed > 0 && speed <= 1e6)) throw new Error('give a factor above 0 such as 2x (twice as fast)');
  return speed;
}
