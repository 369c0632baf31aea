import { MIN_BLOCKS } from './block-bootstrap.js';
import type { Group } from './comparison.js';
import { UNKNOWN } from './settings.js';

/** What was left out, and what an interval does not hold. */
export function notesOf(groups: readonly Group[], copies: number): string[] {
  const runs = groups.flatMap((group) => group.runs.map((run) => ({ run, counted: group.counted.includes(run) })));
  const of = (standing: string, counted: boolean): number =>
    runs.filter((one) => one.run.standing === standing && one.counted === counted).length;
  const alone = groups.filter(({ counted }) => counted.length === 1);
  const short = alone.filter(({ withinRun }) => withinRun === null).map(({ label }) => label);
  const blocks = [...new Set(alone.flatMap(({ withinRun }) => (withinRun === null ? [] : [withinRun.blockSeconds])))];
  return [
    ...some(of('invalid', false), 'INVALID', 'left out; --include-invalid takes them in'),
    ...some(of('invalid', true), 'INVALID', 'taken in, as asked for: they may have measured the generator'),
    ...some(of('stopped', false), 'stopped before the end', 'left out: they met another load'),
    ...some(copies, 'given twice', 'counted once (virtual runs with the same seed and settings cannot differ)'),
    ...untold(groups),
    ...unidentified(groups),
    ...(short.length === 0
      ? []
      : [
          `${[...new Set(short)].join(', ')}: one run of fewer than ${String(MIN_BLOCKS)} blocks has no interval; --repeat 5 gives one.`,
        ]),
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
  return [`${labels}: no model is known; taken for that of the runs beside (${models}).`];
}

/** Runs of older versions may have sent, or met, what they do not tell. */
function unidentified(groups: readonly Group[]): string[] {
  const doubtful = groups.filter(({ settings }) => settings['payload'] === UNKNOWN);
  if (doubtful.length === 0) return [];
  const labels = [...new Set(doubtful.map(({ label }) => label))].join(', ');
  return [`${labels}: the runs were recorded by a version that kept neither payloads nor model files; they are taken to be alike.`]; // prettier-ignore
}

function some(count: number, what: string, so: string): string[] {
  if (count === 0) return [];
  return [`${String(count)} run${count === 1 ? ' is' : 's are'} ${what}: ${so}.`];
}
