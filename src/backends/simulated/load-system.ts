import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { closeArrivals, readArrivals } from '../../trace-file/arrival-store.js';
import { readSystem } from '../../systems/read-system.js';
import type { EarlierTrace } from '../../systems/scenario.js';
import type { SimulatedSystem } from '../../systems/system.js';
import { withTexts } from '../../systems/with-texts.js';
import { withValues } from '../../systems/vary-system.js';
import type { SetUpResult } from '../backend.js';

/** A system as it is asked for. */
export interface SystemOptions {
  /** A shipped one by name, or a YAML file. */
  readonly system: string;
  readonly model?: string;
  readonly runtime?: string;
  /** Other values of its parameters and choices, by path; `memory`: what a function service gives. */
  readonly values?: Readonly<Record<string, string>>;
  /** Idle instances at the start. */
  readonly warm?: number;
  /** A trace that was served before, and the pause since its end. */
  readonly after?: string;
  readonly gapMs: number;
  /** Set by `loadSystem`. */
  readonly loaded?: LoadedSystem;
}

export interface LoadedSystem {
  readonly system: SimulatedSystem;
  readonly after?: EarlierTrace;
  /** How many instances are ready: one number, in memory that all threads see. */
  readonly ready: Int32Array;
}

/** Reads the file and the earlier trace. Throws `UserError`. */
export async function loadSystem<Options extends SystemOptions>(options: Options): Promise<SetUpResult<Options>> {
  const { model, runtime, values = {}, warm, after, gapMs } = options;
  const read = withTexts(await readSystem(options.system, { model, runtime }), values);
  const system = warm === undefined ? read : withValues(read, new Map([['initial.warm', warm]]));
  const ready = new Int32Array(new SharedArrayBuffer(4));
  ready[0] = readyAtStart(system);
  const earlier = after === undefined ? {} : { after: await earlierTrace(after, gapMs) };
  return {
    options: { ...options, loaded: { system, ready, ...earlier } },
    notes: [`Simulated: ${titleOf(system)}. Nothing was sent to a service.`, ...system.notes],
    served: {
      system: system.name,
      ...(system.model === null ? {} : { model: system.model }),
      ...(system.runtime === null ? {} : { runtime: system.runtime }),
      'system-sha256': createHash('sha256').update(JSON.stringify(system)).digest('hex'),
    },
  };
}

function titleOf({ name, model, runtime }: SimulatedSystem): string {
  const variant = [model, runtime].filter((word) => word !== null).join(', ');
  return variant === '' ? name : `${name} (${variant})`;
}

function readyAtStart({ station, initial }: SimulatedSystem): number {
  if (station.kind === 'server') return station.instances.value;
  return station.minimum.value + station.provisioned.value + initial.warm.value;
}

async function earlierTrace(path: string, gapMs: number): Promise<EarlierTrace> {
  const { readTrace } = await import('../../trace-file/read-trace.js');
  const trace = await readTrace(path, { spoolDir: tmpdir(), stdin: process.stdin });
  const atMs = new Float64Array(new SharedArrayBuffer(8 * trace.count));
  let filled = 0;
  for (const chunk of readArrivals(trace.store)) {
    atMs.set(chunk.atMs, filled);
    filled += chunk.atMs.length;
  }
  closeArrivals(trace.store);
  return { atMs, durationMs: trace.durationMs, gapMs };
}
