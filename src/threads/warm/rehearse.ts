import type { Backend } from '../../backends/backend.js';
import type { SampleBlock } from '../../sample.js';
import type { Rehearsed } from '../member.js';
import { measureThreadUsage } from '../thread-usage.js';
import { collectGarbage, collectYoung } from './collect-garbage.js';
import { rehearseLoop, type Rehearsal } from './rehearse-loop.js';

export interface Rehearsals extends Pick<Rehearsal, 'clock' | 'batchSize' | 'inTurn' | 'ends'> {
  readonly backend: Backend;
  /** Requests of the first rehearsals together. */
  readonly requests: number;
  readonly onSamples: (samples: SampleBlock) => void;
}

/**
 * Against two stand-ins at least: code that is specialised to one is deoptimised when the real backend arrives; after two, the
 * call site is polymorphic.
 */
const LEAST_REHEARSALS = 2;
/** What is not compiled in the rehearsal stays slow with exact pacing (`raise-jit-thresholds.ts`), and is compiled beside the first requests else. */
const MOST_REHEARSALS = 5;
/** As long as a rehearsal costs at most this part of the cheapest before, more of it is being compiled. */
const STILL_FALLING = 0.9;

/** Compiles in this thread what the run will do, and shows how much of its time the thread is let run. */
export async function rehearse({ backend, requests, onSamples, ...rehearsal }: Rehearsals): Promise<Rehearsed> {
  const { stop } = rehearsal.ends;
  // Not after the rehearsal: code compiled for kinds of objects of which none is left would go, too.
  collectGarbage();
  let rehearsed: Rehearsed = { elapsedMs: 0, runQueueMs: NaN };
  let [cheapestMs, falling] = [Infinity, true];
  for (let i = 0; i < LEAST_REHEARSALS || (falling && i < MOST_REHEARSALS); i++) {
    const standIn = await backend.rehearse?.(stop);
    const usage = measureThreadUsage();
    const costMs = await rehearseLoop({
      ...rehearsal,
      requests: Math.ceil(requests / LEAST_REHEARSALS),
      standIn,
      onBlock: onSamples,
    });
    rehearsed = usage();
    await standIn?.close?.();
    falling = costMs <= STILL_FALLING * cheapestMs && !stop.aborted;
    cheapestMs = Math.min(cheapestMs, costMs);
  }
  collectYoung();
  return rehearsed;
}
