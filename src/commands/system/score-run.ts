import { printable, UserError } from '../../errors.js';
import { runArrivals } from '../../fit-system/run-arrivals.js';
import { score } from '../../fit-system/score.js';
import { scoreText } from '../../fit-system/score-text.js';
import { drawOnThreads } from '../../predict/draw-on-threads.js';
import { readRecord } from '../../run-folder/read-record.js';
import { readReport } from '../../run-folder/read-report.js';
import { drawOfReport } from '../../study/draw-of-report.js';
import { readSystem, type VariantWish } from '../../systems/read-system.js';
import type { SimulatedSystem } from '../../systems/system.js';
import { withValues } from '../../systems/vary-system.js';
import { modelErrorFactor, simulationThreads } from '../model-error-factor.js';
import { stopOnSignals } from '../stop-on-signals.js';

export interface ScoreFlags extends VariantWish {
  readonly draws: number;
  readonly seed: number;
  readonly 'include-invalid': boolean;
  readonly json: boolean;
}

/** `replay system score FILE RUN`: a prediction of the run's requests beside what became of them. Throws `UserError`. */
export async function scoreRun(
  file: string,
  run: string,
  { draws, seed, json, 'include-invalid': invalid, ...wish }: ScoreFlags,
): Promise<string> {
  const record = readRecord(run);
  const report = readReport(run);
  if (!report.verdict.valid && !invalid)
    throw new UserError(`${printable(run)} is INVALID; make it again, or add --include-invalid`);
  const system = withClientOf(await readSystem(file, wish), record.plan.timeoutMs);
  const atMs = await runArrivals(run);
  const prices = record.cost?.prices;
  const cell = {
    ...{ system, workload: 0, batch: record.plan.batching?.size ?? 1 },
    ...(prices === undefined ? {} : { prices }),
    draws: Array.from({ length: draws }, (_, index) => ({ layer: 'all', index }) as const),
  };
  const stop = stopOnSignals(() => undefined);
  try {
    const job = { seed, workloads: [{ atMs, durationMs: record.plan.durationMs }], cells: [cell] };
    const [drawn = []] = await drawOnThreads(job, { threads: simulationThreads(), stop: stop.signal, onCell: () => undefined }); // prettier-ignore
    const { factor } = await modelErrorFactor(stop.signal);
    const scored = score(drawn, drawOfReport(report, []), factor);
    if (json) return `${JSON.stringify({ system: system.name, run: record.id, draws, factor, numbers: scored }, null, 1)}\n`; // prettier-ignore
    return scoreText(scored, { draws, factor });
  } finally {
    stop.release();
  }
}

/** With the patience of the client of that run. */
function withClientOf(system: SimulatedSystem, timeoutMs: number): SimulatedSystem {
  const most = Math.min(system.admission.clientTimeout.value, timeoutMs);
  return withValues(system, new Map([['admission.clientTimeout', most]]));
}
