import { UserError } from '../errors.js';
import { ln } from '../generator/ln.js';
import { matchingRows } from '../import/matching-rows.js';
import { seededRandom } from '../generator/random.js';
import { parseWhere } from '../where/parse-where.js';
import { moved, sorted, type Move } from './moved.js';
import { chunkColumns, type Traffic, type Transformed } from './traffic.js';

/** The arrivals from `fromMs` on and before `toMs`, whose start is their 0. Windows that follow each other share no arrival, and lose none. */
export function window(traffic: Traffic, fromMs: number, toMs: number): Transformed {
  const end = Math.min(toMs, traffic.durationMs);
  if (fromMs >= end)
    throw new UserError(`--from: the trace lasts ${String(traffic.durationMs / 1000)} s; begin before its end`);
  // The last arrival of a trace may lie at its end.
  const keeps = (at: number): boolean => at >= fromMs && (at < toMs || toMs === Infinity);
  return changed(traffic, { durationMs: end - fromMs }, () => (at) => (keeps(at) ? at - fromMs : NaN), []);
}

/** Only the arrivals whose columns fulfil a condition, such as `trigger = http`. */
export function matching(traffic: Traffic, where: string): Traffic {
  const columns = chunkColumns(traffic);
  const condition = parseWhere(where, columns);
  return { ...traffic, chunks: () => matchingRows(traffic.chunks(), condition, columns) };
}

/** Keeps each arrival with probability `share`, independently: a Poisson process stays one. */
export function thin(traffic: Traffic, share: number, seed: number): Transformed {
  return changed(traffic, {}, thinned(share, seed), [
    `each arrival is kept with probability ${plain(share)}: Poisson traffic stays Poisson, and burstiness beyond it (IDC - 1) is multiplied by ${plain(share)}`,
  ]);
}

function thinned(share: number, seed: number): () => Move {
  return () => {
    const random = seededRandom(seed).split('thin');
    return (at) => (random.uniform() < share ? at : NaN);
  };
}

/** Runs the clock of the trace `speed` times as fast. */
export function warpSpeed(traffic: Traffic, speed: number): Transformed {
  return changed(traffic, { durationMs: traffic.durationMs / speed }, () => (at) => at / speed, [
    `time runs ${plain(speed)} times as fast: the rate is multiplied, bursts keep their number of arrivals and are ${plain(speed)} times as short`,
  ]);
}

/** Runs the clock at a speed that changes over the trace: `points` of time (ms of the trace) and speed, straight lines between. */
export function warpCurve(traffic: Traffic, points: readonly (readonly [atMs: number, speed: number])[]): Transformed {
  if (points.some(([, speed]) => !(speed > 0))) throw new UserError('--curve: speeds must be above 0');
  const newTime = warpedTime(points);
  return changed(traffic, { durationMs: newTime(traffic.durationMs) }, () => newTime, [
    'time runs at the speeds of the curve: where it runs faster, the rate is higher by as much',
  ]);
}

/** The integral of 1 / speed; before the first point and behind the last the speed is theirs. */
function warpedTime(points: readonly (readonly [atMs: number, speed: number])[]): (atMs: number) => number {
  const [[, first] = [0, 1]] = points;
  const corners = [
    [0, first] as const,
    ...points.filter(([at]) => at > 0),
    [Infinity, points.at(-1)?.[1] ?? 1] as const,
  ];
  return (atMs) => {
    let total = 0;
    for (let i = 1; i < corners.length; i++) {
      const [from, a] = corners[i - 1] ?? [0, 1];
      const [to, b] = corners[i] ?? [Infinity, 1];
      const length = Math.min(atMs, to) - from;
      if (!(length > 0)) continue;
      const slope = to === Infinity ? 0 : (b - a) / (to - from);
      total += Math.abs(slope * length) < 1e-12 * a ? length / a : ln((a + slope * length) / a) / slope;
    }
    return total;
  };
}

/** Moves each arrival by a uniform draw of at most `byMs` either way, within the trace. */
export function jitter(traffic: Traffic, byMs: number, seed: number, spoolDir: string): Transformed {
  const random = seededRandom(seed).split('jitter');
  const columns = chunkColumns(traffic);
  const shift = (at: number): number =>
    Math.min(traffic.durationMs, Math.max(0, at + (2 * random.uniform() - 1) * byMs));
  const chunks = moved(
    () => traffic.chunks(),
    columns,
    () => shift,
  );
  return resorted(traffic, [chunks()], traffic.durationMs, spoolDir, [
    `each arrival is moved by up to ${plain(byMs)} ms either way: burstiness on shorter scales is gone`,
  ]);
}

export type ScaleMethod = 'thin' | 'superpose' | 'warp';

/** Scales to a mean rate (per second): by thinning below the present one, by superposing shifted copies above, unless `by` says otherwise. */
export function scale(
  traffic: Traffic,
  rate: number,
  by: ScaleMethod | undefined,
  seed: number,
  spoolDir: string,
): Transformed {
  const count = countOf(traffic);
  const now = count / (traffic.durationMs / 1000);
  if (!(now < Infinity)) throw new UserError('the trace has no length, and so no rate; give it a durationMs');
  const factor = rate / now;
  const method = by ?? (factor <= 1 ? 'thin' : 'superpose');
  const said = `mean rate ${plain(now)}/s to ${plain(rate)}/s`;
  if (method === 'warp') return prefixed(said, warpSpeed(traffic, factor));
  if (method === 'thin') {
    if (factor > 1)
      throw new UserError(
        `--by thin: the trace has ${plain(now)}/s, and thinning only lowers that; use superpose or warp`,
      );
    return prefixed(said, thin(traffic, factor, seed));
  }
  return prefixed(said, copies(traffic, factor, seed, spoolDir));
}

/** As many copies as are needed, each shifted around the trace by a random time, thinned to the exact rate. */
function copies(traffic: Traffic, factor: number, seed: number, spoolDir: string): Transformed {
  const number = Math.max(1, Math.ceil(factor));
  const random = seededRandom(seed).split('copies');
  const { durationMs } = traffic;
  const columns = chunkColumns(traffic);
  const sources = Array.from({ length: number }, (_, i) => {
    const shiftMs = i === 0 ? 0 : random.uniform() * durationMs;
    return moved(
      () => traffic.chunks(),
      columns,
      () => (at) => (i === 0 ? at : (at + shiftMs) % durationMs),
    )();
  });
  const all = resorted(traffic, sources, durationMs, spoolDir, []);
  const share = factor / number;
  const says = [
    `${String(number)} copies, each shifted around the trace by a random time, are laid over each other: the dispersion of counts (IDC) stays, relative to the rate bursts are lower`,
  ];
  if (share === 1) return { ...all, says };
  return {
    ...changed(all, {}, thinned(share, seed), []),
    says: [...says, `then each arrival is kept with probability ${plain(share)}`],
  };
}

/** All arrivals of several traces in one, each from its own start. */
export function superpose(traces: readonly Traffic[], spoolDir: string): Transformed {
  const [first] = traces;
  if (first === undefined) throw new UserError('give the traces to lay over each other');
  const bare = traces.filter(({ payloads }) => payloads.length === 0).length;
  if (bare > 0 && bare < traces.length)
    throw new UserError('some of the traces have payloads and others have none; give traces of one kind');
  const columns = [...new Map(traces.flatMap((one) => one.columns).map((column) => [column.name, column])).values()];
  const other = traces
    .flatMap((one) => one.columns)
    .find(({ name, type }) => columns.some((column) => column.name === name && column.type !== type));
  if (other !== undefined) throw new UserError(`the column ${other.name} has another type in another trace; rename it`);
  const merged: Traffic = {
    ...first,
    name: traces
      .map(({ name }) => name)
      .join(' + ')
      .slice(0, 200),
    columns,
    payloads: traces.flatMap(({ payloads }) => payloads),
    close() {
      for (const one of traces) one.close();
    },
  };
  let offset = 0;
  const sources = traces.map((one) => {
    const from = offset;
    offset += one.payloads.length;
    return aligned(one, columns, from);
  });
  const durationMs = Math.max(...traces.map((one) => one.durationMs));
  return resorted(merged, sources, durationMs, spoolDir, [
    `${String(traces.length)} traces are laid over each other, each from its start`,
  ]);
}

/** The chunks of a trace with the columns of all traces, those that it lacks absent, and its payloads behind those of others. */
function* aligned(
  traffic: Traffic,
  columns: readonly { readonly name: string }[],
  payloadsBefore: number,
): ReturnType<typeof rechunked> {
  const at = columns.map(({ name }) => traffic.columns.findIndex((column) => column.name === name));
  yield* rechunked(traffic, at, payloadsBefore);
}

function* rechunked(traffic: Traffic, at: readonly number[], payloadsBefore: number) {
  for (const { keys, columns } of traffic.chunks()) {
    const payload = columns.at(-1);
    const indexes =
      payload?.type === 'number'
        ? payload.values.map((index) => index + payloadsBefore)
        : new Float64Array(keys.length);
    const absent = { type: 'number', values: new Float64Array(keys.length).fill(NaN) } as const;
    yield { keys, columns: [...at.map((i) => columns[i] ?? absent), { type: 'number', values: indexes } as const] };
  }
}

export function countOf(traffic: Traffic): number {
  let count = 0;
  for (const { keys } of traffic.chunks()) count += keys.length;
  return count;
}

/** The same with its arrivals moved. */
export function changed(
  traffic: Traffic,
  facts: Partial<Traffic>,
  move: () => Move,
  says: readonly string[],
): Transformed {
  return { ...traffic, ...facts, chunks: moved(() => traffic.chunks(), chunkColumns(traffic), move), says };
}

function resorted(
  traffic: Traffic,
  sources: Iterable<Parameters<typeof sorted>[0] extends Iterable<infer T> ? T : never>,
  durationMs: number,
  spoolDir: string,
  says: readonly string[],
): Transformed {
  const stored = sorted(sources, chunkColumns(traffic), spoolDir);
  return {
    ...traffic,
    ...{ durationMs, says },
    chunks: () => stored.chunks(),
    close() {
      stored.close();
      traffic.close();
    },
  };
}

function prefixed(first: string, transformed: Transformed): Transformed {
  return { ...transformed, says: [first, ...transformed.says] };
}

/** Up to six digits. */
function plain(value: number): string {
  return String(Number(value.toPrecision(6)));
}
