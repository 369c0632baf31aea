import { resolve } from 'node:path';
import { messageOf, printable } from '../errors.js';
import { readSamples } from '../run-folder/read-samples.js';
import type { SampleBlock } from '../sample.js';
import type { MeasuredTimes } from './read-block.js';
import { faultAt, type Tree } from './tree.js';

/** More tell no more. */
const MOST_VALUES = 100_000;

/** The service times of the runs that a file names by `from: RUN`, relative to the working directory. Throws `UserError`. */
export async function measuredTimes(tree: Tree): Promise<MeasuredTimes> {
  const times = new Map<string, readonly number[]>();
  for (const { path, from } of namedRuns(tree, '')) {
    const run = from.kind === 'scalar' ? String(from.value) : '';
    if (times.has(run)) continue;
    const values = await serviceTimes(resolve(run)).catch((thrown: unknown) => {
      throw faultAt(from, path, messageOf(thrown));
    });
    if (values.length === 0) throw faultAt(from, path, `no request of ${printable(run, 100)} succeeded`);
    times.set(printable(run, 400), values);
  }
  return times;
}

function namedRuns(tree: Tree, path: string): { path: string; from: Tree }[] {
  if (tree.kind === 'list') return tree.items.flatMap((item) => namedRuns(item, path));
  if (tree.kind !== 'map') return [];
  return [...tree.entries].flatMap(([name, below]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return name === 'from' ? [{ path: at, from: below }] : namedRuns(below, at);
  });
}

/** Of the successes, ascending: as the service reported them, else from sent to done. */
async function serviceTimes(folder: string): Promise<readonly number[]> {
  const values: number[] = [];
  for await (const block of readSamples(folder))
    for (let row = 0; row < block.rows; row++) {
      const ms = block.outcome[row] === 0 ? serviceMs(block, row) : NaN;
      if (ms > 0) values.push(ms);
    }
  values.sort((a, b) => a - b);
  const step = Math.max(1, values.length / MOST_VALUES);
  return Array.from({ length: Math.floor(values.length / step) }, (_, i) => values[Math.floor((i + 0.5) * step)] ?? 0);
}

function serviceMs({ serverMs, usage, doneMs, sentMs, handedMs }: SampleBlock, row: number): number {
  const told = serverMs[row] as number;
  if (!Number.isNaN(told)) return told;
  const handler = usage?.durationMs[row] ?? NaN;
  if (!Number.isNaN(handler)) return handler;
  const sent = sentMs[row] as number;
  return (doneMs[row] as number) - (Number.isNaN(sent) ? (handedMs[row] as number) : sent);
}
