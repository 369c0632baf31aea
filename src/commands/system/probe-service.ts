import { join } from 'node:path';
import type { Interfaces } from '@oclif/core';
import { LATEST_PRICES } from '../../cost-terms.js';
import { EXIT, printable, UserError } from '../../errors.js';
import { planProbe, PROBE_PARTS, type ProbePart, type ProbeSize, type ProbeStep } from '../../probe/plan-probe.js';
import { probeText } from '../../probe/probe-text.js';
import { runProbe, traceOf } from '../../probe/run-probe.js';
import { highestCost } from '../../replay/highest-cost.js';
import type { ReplayRequest, Surroundings } from '../../replay/replay.js';
import { claimFolder } from '../../run-folder/claim-folder.js';
import { closeArrivals } from '../../trace-file/arrival-store.js';
import type { Trace } from '../../trace.js';
import { givenBudget, givenTerms } from '../cost-flags.js';
import { exitCode } from '../exit-code.js';
import { givenPayloads } from '../given-payloads.js';
import { guardProcess } from '../guard-process.js';
import { liveProgress } from '../live-progress.js';
import { namedService } from '../named-service.js';
import { parsedRunFlags } from '../parsed-run-flags.js';
import { runRequest } from '../run-request.js';
import { stopOnSignals } from '../stop-on-signals.js';
import { surroundings } from '../surroundings.js';
import type { PROBE_FLAGS } from './probe-flags.js';

type ProbeFlags = Interfaces.InferredFlags<typeof PROBE_FLAGS>;

const PROBE_FILE = 'probe.json';

/** Makes or takes up a probe. Resolves with the exit code. */
export async function probeService(flags: ProbeFlags): Promise<number> {
  if (flags.backend === undefined && flags.url === undefined)
    throw new UserError('name the service: --backend lambda --set function=NAME, or --url URL');
  if (flags['min-rate'] > flags['max-rate']) throw new UserError('--min-rate must not be above --max-rate');
  const size = sizeOf(flags);
  const steps = planProbe(size, partsOf(flags), flags.seed);
  const requestOf = await requester(flags);
  const { budget } = await givenBudget(flags.budget, flags.prices === undefined ? LATEST_PRICES : (await givenTerms(flags, LATEST_PRICES)).prices); // prettier-ignore
  const live = await liveProgress(process.stderr, { quiet: flags.quiet, env: process.env });
  const stop = stopOnSignals(() => {
    live.say(
      'stopping: what is finished is kept; the same command goes on from there (press Ctrl-C again to quit now)',
    );
  });
  const world = surroundings(stop.signal, live);
  try {
    const cost = await costInWords(steps, requestOf, world);
    const told = probeText(steps, budget === undefined ? cost : `${cost}, limited by --budget`);
    if (flags['dry-run']) {
      process.stdout.write(told);
      return EXIT.ok;
    }
    if (!flags.quiet) process.stderr.write(told);
    const out = flags.out ?? join('runs', 'probe');
    claimFolder(out, PROBE_FILE, askedOf(flags));
    const end = await runProbe(steps, out, world, { size, seed: flags.seed, requestOf, exitOf: exitCode, attempts: flags.attempts ?? 1, budget }); // prettier-ignore
    if (end.trouble !== undefined) throw end.trouble;
    if (end.exitCode === EXIT.budget) live.say('stopped: more calls could pass the budget; raise --budget to go on');
    if (end.exitCode === EXIT.ok) process.stdout.write(`probe: ${printable(out)}; go on with: replay system fit ${printable(out)} --like NAME -o mine.yaml\n`); // prettier-ignore
    return end.exitCode;
  } finally {
    live.end();
    stop.release();
  }
}

function sizeOf(flags: ProbeFlags): ProbeSize {
  return {
    loneCalls: flags['lone-calls'],
    loneGapMs: flags['lone-gap'],
    starts: flags.starts,
    startGapMs: flags['start-gap'],
    burst: flags.burst,
    longestGapMs: flags['longest-gap'],
    gapCalls: flags['gap-calls'],
    leastPerSecond: flags['min-rate'],
    mostPerSecond: flags['max-rate'],
    rateMs: flags['rate-length'],
    holdMs: flags.hold,
    watchMs: flags.watch,
  };
}

function partsOf({ only, skip = [] }: ProbeFlags): readonly ProbePart[] {
  const parts = PROBE_PARTS.filter((part) => (only ?? PROBE_PARTS).includes(part) && !skip.includes(part));
  if (parts.length === 0) throw new UserError('--only and --skip leave nothing of the probe; name other parts');
  return parts;
}

/** What two probes of one folder must share: the service and how much is sent, not which parts. */
function askedOf({
  only: _,
  skip: __,
  out: ___,
  budget: ____,
  quiet: _____,
  'dry-run': ______,
  attempts: _______,
  ...asked
}: ProbeFlags): unknown {
  // prettier-ignore
  return asked;
}

/** The flags as those of a run, whatever the trace. */
async function requester(flags: ProbeFlags): Promise<(trace: Trace) => ReplayRequest> {
  const { flags: usual } = await parsedRunFlags([]);
  const { flags: named } = namedService({}, { ...usual, ...flags, json: false, backend: flags.backend });
  const terms = await givenTerms(named, LATEST_PRICES);
  const payloads = await givenPayloads(named);
  return (trace) => {
    const own = payloads === undefined ? trace : { ...trace, payloads, payloadsInTurn: true };
    return runRequest(own, named, terms);
  };
}

async function costInWords(
  steps: readonly ProbeStep[],
  requestOf: (trace: Trace) => ReplayRequest,
  world: Surroundings,
): Promise<string> {
  const trace = traceOf(steps[0] as ProbeStep);
  const runs = steps.map(({ atMs, durationMs }) => ({ calls: atMs.length, durationMs }));
  try {
    const request = requestOf(trace);
    const cost = await guardProcess(request.backend, world.stop, (stop) => highestCost(request, { ...world, stop }, runs)); // prettier-ignore
    if (typeof cost.most === 'string') return `unknown (${printable(cost.most, 120)})`;
    const { sheetOf } = await import('../../collectors/cost/price-sheets.js');
    return `${String(Number(cost.most.toPrecision(3)))} ${sheetOf(cost.prices).currency}`;
  } finally {
    closeArrivals(trace.store);
  }
}
