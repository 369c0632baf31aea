import type { FinishedRun, RunContext } from '../conclude/run-context.js';
import { Interrupted } from '../errors.js';
import { inFlightMemory } from '../loop/in-flight.js';
import type { Prepared } from '../plan/prepare-run.js';
import { runFleet } from '../threads/fleet.js';
import { ThreadMember } from '../threads/thread-member.js';
import { type WarmProcess, warmUp } from '../threads/warm/warm-up.js';
import { workerOrder } from '../threads/worker-order.js';
import { endRun } from './end-run.js';
import { createPacingInUse, sendersText } from './pacing-in-use.js';
import { openRehearsalSinks } from './rehearsal-sinks.js';
import { startRun, type StartedRun } from './start-run.js';
import { logBlocks, stopper, watchEnds } from './stopper.js';

/** The run on the system clock, in threads. */
export async function runReal(prepared: Prepared, context: RunContext): Promise<FinishedRun> {
  const v8 = warmUp();
  try {
    return await runWarm(prepared, context, v8);
  } finally {
    v8.undo();
  }
}

async function runWarm(prepared: Prepared, context: RunContext, v8: WarmProcess): Promise<FinishedRun> {
  const { log, fold, world } = context;
  const rehearsal = await openRehearsalSinks(prepared.record);
  const pacing = createPacingInUse(prepared);
  const memory = inFlightMemory(prepared.record.workers);
  let started: StartedRun | undefined;
  const now = (): number => started?.now() ?? -1;
  const stop = stopper(world.stop, log, now);
  const stopWatching = watchEnds(context, stop, now);
  const write = logBlocks(log, stop);
  const events = {
    onRehearsed: rehearsal.take,
    onSamples: (samples: Parameters<typeof write>[0]) => {
      write(samples);
      fold.add(samples);
    },
    onYielded: (waitedShare: number) => {
      v8.compileAsUsual();
      pacing.yielded(waitedShare, now());
    },
  };
  const time = { now, stoppedMs: () => stop.facts().stoppedMs ?? Infinity };
  const { plan, workers } = prepared.record;
  try {
    const fleet = await runFleet({
      members: Array.from(
        { length: workers },
        (_, index) => new ThreadMember(workerOrder(prepared, index, memory), events, time, prepared.secrets),
      ),
      repace: (rehearsed) => {
        const better = pacing.rehearsed(rehearsed);
        world.say(sendersText(workers, pacing.current()));
        return better;
      },
      onStart: (startMonotonicNs) => {
        void rehearsal.close();
        started = startRun({ prepared, context, memory, pacing: pacing.current(), startMonotonicNs });
        v8.start(pacing.current().used === 'exact');
      },
      stop: stop.signal,
      hold: stop.hold,
      lastDoneMs: plan.durationMs + plan.timeoutMs,
    });
    if (started === undefined || !fleet.started) throw new Interrupted();
    return await endRun(started, { ends: fleet.ends, pacing: pacing.current(), stop, world });
  } finally {
    void rehearsal.close();
    stop.close();
    stopWatching();
    started?.close();
  }
}
