/** Where values stand between 0 and 1, and where its marks do. */
export interface Axis {
  readonly log: boolean;
  readonly ticks: readonly number[];
  place(value: number): number;
}

/** From 0 where values are of one size, logarithmic where the greatest is 20 times the least. All finite, at least one, none below 0. */
export function axisOf(values: readonly number[]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least > 0 && most / least > 20 ? logAxis(least / 1.5, most * 1.5) : linearAxis(most === 0 ? 1 : most * 1.12);
}

function linearAxis(end: number): Axis {
  const step = roundStep(end / 4);
  const ticks = Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) => i * step);
  return { log: false, ticks, place: (value) => value / end };
}

function logAxis(from: number, to: number): Axis {
  const powers = Array.from({ length: 40 }, (_, i) => 10 ** (i - 20)).filter((power) => power >= from && power <= to);
  const thirds = [...powers, ...powers.map((power) => 3 * power)].filter((mark) => mark <= to).sort((a, b) => a - b);
  const [low, span] = [Math.log(from), Math.log(to / from)];
  return { log: true, ticks: powers.length > 1 ? powers : thirds, place: (value) => (Math.log(value) - low) / span };
}

/** 1, 2 or 5 times a power of ten, at least `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * ([1, 2, 5, 10].find((lead) => lead * power >= step) ?? 10);
}
