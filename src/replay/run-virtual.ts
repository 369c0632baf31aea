import type { FinishedRun, RunContext } from '../conclude/run-context.js';
import { Interrupted } from '../errors.js';
import { inFlightMemory } from '../loop/in-flight.js';
import type { Prepared } from '../plan/prepare-run.js';
import type { RunEnd } from '../run.js';
import { writeRecord } from '../run-folder/write-record.js';
import type { SampleBlock } from '../sample.js';
import { runFleet } from '../threads/fleet.js';
import { InProcessMember } from '../threads/in-process-member.js';
import { virtualTime } from '../threads/virtual-time.js';
import { freezeYoungSpace } from '../threads/warm/freeze-young-space.js';
import { workerOrder } from '../threads/worker-order.js';
import { logBlocks, stopper, watcher, WATCH_MS } from './stopper.js';

/** With more than this on its way to the disk, time waits. */
const MOST_PENDING_BYTES = 16 * 2 ** 20;

/** The run in simulated time, on this thread. */
export async function runVirtual(prepared: Prepared, context: RunContext): Promise<FinishedRun> {
  const { folder, log, fold, world } = context;
  const { record, plugin } = prepared;
  const order = workerOrder(prepared, 0, inFlightMemory(1));
  const time = virtualTime(plugin, order, () => (log.pending > MOST_PENDING_BYTES ? log.drained() : undefined));
  const stop = stopper(world.stop, log, () => time.clock.now());
  const look = watcher(context, stop);
  const write = logBlocks(log, stop);
  const onSamples = (samples: SampleBlock): void => {
    fold.add(samples);
    write(samples);
  };
  const beside = look && { everyMs: WATCH_MS, look };
  const growAsUsual = freezeYoungSpace();
  try {
    const { started, ends } = await runFleet({
      members: [new InProcessMember(plugin, order, time, prepared.secrets, { onSamples, beside })],
      onStart: () => {
        world.onStart?.();
        writeRecord(folder, record);
      },
      stop: stop.signal,
      hold: stop.hold,
    });
    const [over] = ends;
    if (!started || over === undefined) throw new Interrupted();
    const { facts, complaints, capacity = [] } = over;
    const end: RunEnd = {
      endedMs: time.clock.now(),
      ...stop.facts(),
      crashes: [],
      complete: true,
      resources: null,
      ...(capacity.length === 0 ? {} : { capacity }),
    };
    const notes = [...record.notes, ...complaints];
    return { record: { ...record, notes, backendFacts: facts, end }, trouble: stop.trouble() };
  } finally {
    stop.close();
    growAsUsual();
  }
}
