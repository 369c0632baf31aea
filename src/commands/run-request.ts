import type { ReplayRequest } from '../replay/replay.js';
import type { Trace } from '../trace.js';
import { backendOptions } from './backend-options.js';
import { givenBatching } from './batch-flags.js';
import type { GivenTerms } from './cost-flags.js';
import type { GivenThresholds } from './gate-flags.js';
import { checkWindow } from './open-trace.js';
import type { RunFlags } from './run-flags.js';
import { givenTags } from './tag-flag.js';

/** One run as its flags ask for it. */
export function runRequest(
  trace: Trace,
  flags: RunFlags,
  terms: GivenTerms & GivenThresholds & Pick<ReplayRequest, 'budget' | 'optionNames' | 'secrets'>,
): ReplayRequest {
  checkWindow(flags);
  return {
    trace,
    backend: flags.backend,
    backendOptions: backendOptions(flags),
    fromMs: flags.from,
    toMs: flags.to ?? Infinity,
    speed: flags.speed,
    workers: flags.workers,
    pacing: flags.pacing as ReplayRequest['pacing'],
    time: flags.time as ReplayRequest['time'],
    maxInFlight: flags['max-in-flight'],
    connections: flags.connections,
    timeoutMs: flags.timeout,
    ...givenBatching(flags),
    warmupMs: flags.warmup,
    maxLatenessMs: flags['max-lateness'],
    seed: flags.seed,
    ...terms,
    ...(flags.collector !== undefined && { collectors: flags.collector }),
    ...(flags['keep-column'] !== undefined && { keepColumns: flags['keep-column'] }),
    ...givenTags(flags.tag),
    out: flags.out,
    html: flags.html,
  };
}
