import type { Group } from './comparison.js';

/** What was left out, and what an interval does not hold. */
export function notesOf(groups: readonly Group[], copies: number): string[] {
  const runs = groups.flatMap((group) => group.runs.map((run) => ({ run, counted: group.counted.includes(run) })));
  const of = (standing: string, counted: boolean): number =>
    runs.filter((one) => one.run.standing === standing && one.counted === counted).length;
  const alone = groups.filter(({ counted }) => counted.length === 1);
  const blocks = [...new Set(alone.flatMap(({ withinRun }) => (withinRun === null ? [] : [withinRun.blockSeconds])))];
  return [
    ...some(of('invalid', false), 'INVALID', 'left out; --include-invalid takes them in'),
    ...some(of('invalid', true), 'INVALID', 'taken in, as asked for: they may have measured the generator'),
    ...some(of('stopped', false), 'stopped before the end', 'left out: they met another load'),
    ...some(copies, 'given twice', 'counted once (virtual runs with the same seed and settings cannot differ)'),
    ...untold(groups),
    ...(blocks.length === 0
      ? []
      : [
          `An interval marked ~ is within one run: from blocks of ${blocks.join(' or ')} s of it, drawn again 1000 times. It does not hold what differs between runs; --repeat 5 shows that.`,
        ]),
  ];
}

/** Which services do not tell the model that they are taken to serve. */
function untold(groups: readonly Group[]): string[] {
  const taken = groups.filter(({ model, runs }) => model !== null && runs.some((run) => run.model === null));
  const [first] = taken;
  if (first === undefined) return [];
  const labels = [...new Set(taken.map(({ label }) => label))].join(', ');
  const models = [...new Set(taken.map(({ model }) => model))].join(', ');
  return [`${labels}: no model is told; taken for that of the runs beside (${models}).`];
}

function some(count: number, what: string, so: string): string[] {
  if (count === 0) return [];
  return [`${String(count)} run${count === 1 ? ' is' : 's are'} ${what}: ${so}.`];
}
