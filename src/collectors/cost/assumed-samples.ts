import { blankBlock, usageOf, type SampleBlock } from '../../sample.js';

/** Requests that were not sent; columns may be longer than `rows`. `releaseMs` and `invocation`: where they are batched. */
type Scheduled = Pick<SampleBlock, 'rows' | 'seq' | 'dueMs' | 'invocation'> & Partial<Pick<SampleBlock, 'releaseMs'>>;

/** Their samples: all succeed, each invocation in the time that is billed; `memoryMb` NaN: as configured. */
export function assumedSamples(scheduled: Scheduled, billedMs: number, memoryMb = NaN): SampleBlock {
  const { rows, seq, invocation } = scheduled;
  const dueMs = scheduled.dueMs.subarray(0, rows);
  const releaseMs = (scheduled.releaseMs ?? dueMs).subarray(0, rows);
  const column = (value: number): Float64Array => new Float64Array(rows).fill(value);
  const unknown = column(NaN);
  const doneMs = releaseMs.map((ms) => ms + billedMs);
  return {
    ...blankBlock(rows),
    seq: seq.subarray(0, rows),
    ...(invocation === undefined ? {} : { invocation: invocation.subarray(0, rows) }),
    dueMs,
    releaseMs,
    handedMs: releaseMs,
    sentMs: releaseMs,
    doneMs,
    doneEarliestMs: doneMs,
    usage: { ...usageOf(() => unknown), billedMs: column(billedMs), memoryMb: column(memoryMb) },
  };
}
