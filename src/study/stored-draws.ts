import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DrawJob, JobCell, JobResult } from '../predict/draw-job.js';
import { DRAW_NUMBERS, type Draw } from '../predict/draw.js';
import { withPath } from '../run-folder/with-path.js';
import { writeWhole } from '../run-folder/write-whole.js';

const FILE = 'draws.json';

/** What the draws of a cell depend on: the same key, the same draws. */
export function drawsKey(job: Omit<DrawJob, 'cells'>, cells: readonly JobCell[], version: string): string {
  const hash = createHash('sha256').update(
    JSON.stringify([version, job.seed, job.percentiles ?? [], cells], numberText),
  );
  for (const index of new Set(cells.map(({ workload }) => workload))) {
    const { atMs, durationMs, recipe, after } = job.workloads[index] ?? { atMs: new Float64Array(), durationMs: 0 };
    if (after !== undefined) hash.update(JSON.stringify([after.gapMs, after.durationMs])).update(new Uint8Array(Float64Array.from(after.atMs).buffer)); // prettier-ignore
    hash
      .update(JSON.stringify([index, durationMs, recipe ?? null]))
      .update(new Uint8Array(Float64Array.from(atMs).buffer));
  }
  return hash.digest('hex').slice(0, 32);
}

/** JSON has no infinity, and a system has limits that are. */
function numberText(_name: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** The draws that an earlier command left in the folder of a cell; undefined: none, or of another study. */
export function readDraws(folder: string, key: string): JobResult | undefined {
  const path = join(folder, FILE);
  if (!existsSync(path)) return undefined;
  try {
    const stored = JSON.parse(readFileSync(path, 'utf8')) as { readonly key: unknown; readonly rows: string[][][] };
    if (stored.key !== key) return undefined;
    return stored.rows.map((cell) => cell.map(drawOf));
  } catch {
    // Half a file of an earlier version, or none of ours: what it holds is made again.
    return undefined;
  }
}

/** Keeps them for a study that is taken up again. Throws `UserError` where the disk refuses. */
export function writeDraws(folder: string, key: string, result: JobResult): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (thrown) {
    throw withPath(thrown, folder);
  }
  const rows = result.map((cell) => cell.map(rowOf));
  writeWhole(folder, FILE, `${JSON.stringify({ key, columns: DRAW_NUMBERS, rows })}\n`);
}

/** Its numbers, then three for each percentile that was asked for. */
function rowOf(draw: Draw): readonly string[] {
  const asked = draw.percentiles.flatMap(({ p, responseMs, allMs }) => [p, responseMs, allMs]);
  return [...DRAW_NUMBERS.map((name) => draw[name]), ...asked].map(String);
}

function drawOf(row: readonly string[]): Draw {
  const numbers = Object.fromEntries(DRAW_NUMBERS.map((name, i) => [name, Number(row[i])]));
  const asked = row.slice(DRAW_NUMBERS.length).map(Number);
  const percentiles = Array.from({ length: asked.length / 3 }, (_, i) => {
    const [p = NaN, responseMs = NaN, allMs = NaN] = asked.slice(3 * i, 3 * i + 3);
    return { p, responseMs, allMs };
  });
  return { ...numbers, percentiles } as unknown as Draw;
}
