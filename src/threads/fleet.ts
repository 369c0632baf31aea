import type { UsedPacing } from '../time/choose-senders.js';
import type { Member, MemberEnd, Rehearsed } from './member.js';

export interface Fleet {
  readonly members: readonly Member[];
  /**
   * Gets what the rehearsals showed; returns another pacing, with which they are repeated, or undefined. Called once. Absent:
   * nothing is rehearsed.
   */
  readonly repace?: (rehearsed: readonly Rehearsed[]) => UsedPacing | undefined;
  /** Called once, after all members were started, with due 0 on CLOCK_MONOTONIC. What it throws stops them. */
  readonly onStart: (startMonotonicNs: bigint) => void;
  readonly stop: AbortSignal;
  /** Aborted, at the latest with `stop`: nothing more is sent, what is open goes on. */
  readonly hold: AbortSignal;
  /** When the last request is over in a run that keeps its schedule, ms since due 0; absent: unknown. */
  readonly lastDoneMs?: number;
}

export interface FleetEnd {
  /** False: it was stopped before the start; nothing was sent. */
  readonly started: boolean;
  /** In order of the members. */
  readonly ends: readonly MemberEnd[];
}

/** From the moment every worker is ready to due 0: the message must reach them all. */
const LEAD_MS = 100;
/** What a timer takes at most: 24 days. */
const MOST_TIMER_MS = 2 ** 31 - 1;

/**
 * Drives the workers of a run: waits until all are ready, starts them together, waits for their ends. Throws what kept a
 * worker from getting ready.
 */
export async function runFleet(fleet: Fleet): Promise<FleetEnd> {
  const { members } = fleet;
  const stopAll = (): void => {
    for (const member of members) {
      member.stop();
      member.expectEnd();
    }
  };
  const holdAll = (): void => {
    for (const member of members) member.hold();
  };
  fleet.stop.addEventListener('abort', stopAll, { once: true });
  fleet.hold.addEventListener('abort', holdAll, { once: true });
  try {
    if (!(await allReady(fleet)) || !(await repaced(fleet))) return { started: false, ends: [] };
    return { started: true, ends: await fromStartToEnd(fleet) };
  } finally {
    fleet.stop.removeEventListener('abort', stopAll);
    fleet.hold.removeEventListener('abort', holdAll);
    stopAll();
    await Promise.all(members.map((member) => member.close()));
  }
}

async function fromStartToEnd({ members, onStart, lastDoneMs = Infinity }: Fleet): Promise<readonly MemberEnd[]> {
  const startMonotonicNs = process.hrtime.bigint() + BigInt(LEAD_MS * 1e6);
  // First of all: what is done at the start may wait for a disk for longer than the lead.
  for (const member of members) member.start(startMonotonicNs);
  try {
    onStart(startMonotonicNs);
  } catch (thrown) {
    // At once: a member on this thread sends in the next turn.
    for (const member of members) member.stop();
    throw thrown;
  }
  const watching = setTimeout(
    () => {
      for (const member of members) member.expectEnd();
    },
    Math.min(lastDoneMs + LEAD_MS, MOST_TIMER_MS),
  );
  try {
    const ends = await Promise.all(members.map((member) => member.done));
    for (const member of members) member.finish();
    return ends;
  } finally {
    clearTimeout(watching);
  }
}

/** Has all workers keep the schedule in another way where one is better. False: a stop came meanwhile. */
async function repaced(fleet: Fleet): Promise<boolean> {
  const pacing = fleet.repace?.(await Promise.all(fleet.members.map((member) => member.ready)));
  if (pacing === undefined) return true;
  for (const member of fleet.members) member.pace(pacing);
  return allReady(fleet);
}

/** False: a stop came first. */
async function allReady({ members, stop }: Fleet): Promise<boolean> {
  const stopped = new Promise<false>((resolve) => {
    stop.addEventListener(
      'abort',
      () => {
        resolve(false);
      },
      { once: true },
    );
  });
  if (stop.aborted) return false;
  return Promise.race([Promise.all(members.map((member) => member.ready)).then(() => true), stopped]);
}
