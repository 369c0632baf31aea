import type { RunEnd } from '../run.js';
import type { SampleBlock } from '../sample.js';
import type { Conduct, Over } from '../conclude/conduct.js';
import { inFlightMemory } from '../loop/in-flight.js';
import { keepYoungSize } from '../threads/warm/keep-young-size.js';
import type { Prepared } from '../plan/prepare-run.js';
import { writeRecord } from '../run-folder/write-record.js';
import { logBlocks, stopper, watcher } from './stopper.js';
import { runVirtualFleet } from './virtual-fleet.js';
import { workerOrder } from '../threads/worker-order.js';

/** The run in simulated time, on this thread. */
export async function runVirtual(prepared: Prepared, conduct: Conduct): Promise<Over> {
  const { folder, log, fold, world } = conduct;
  const { record } = prepared;
  let nowMs = 0;
  const stop = stopper(world.stop, log, () => nowMs);
  const watch = watcher(conduct, stop);
  const write = logBlocks(log, stop);
  const onBlock = (block: SampleBlock): void => {
    fold.add(block);
    write(block);
  };
  const growAsUsual = keepYoungSize();
  const { endedMs, facts, complaints, capacity } = await runVirtualFleet(
    prepared.plugin,
    workerOrder(prepared, 0, inFlightMemory(1)),
    onBlock,
    {
      secrets: prepared.secrets,
      stop: stop.signal,
      hold: stop.hold,
      onStart: () => {
        world.onStart?.();
        writeRecord(folder, record);
      },
    },
    watch &&
      ((ms) => {
        nowMs = ms;
        watch(ms);
      }),
  ).finally(() => {
    stop.close();
    growAsUsual();
  });
  const told = capacity.length === 0 ? {} : { capacity };
  const end: RunEnd = { endedMs, ...stop.facts(), crashes: [], complete: true, resources: null, ...told };
  const notes = [...record.notes, ...complaints];
  return { record: { ...record, notes, backendFacts: facts, end }, trouble: stop.trouble() };
}
