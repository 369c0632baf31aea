import type { Calibration } from '../host/calibration.js';

export type Pacing = 'exact' | 'economic' | 'auto';
export type UsedPacing = Exclude<Pacing, 'auto'>;

/** What the user asked for. */
export interface AskedSenders {
  readonly pacing: Pacing;
  /** Absent: as many as the rate needs. */
  readonly workers: number | undefined;
}

/** What a run asks of this machine. */
export interface SendingLoad {
  /** Calls due in the busiest second. */
  readonly perSecond: number;
  /** CPUs that the backend keeps busy besides the workers. */
  readonly backendCpus: number;
  /** Whether the service runs on this machine and needs a CPU of it. */
  readonly serviceHere: boolean;
  /** At most how many workers the backend can use; Infinity: no limit. */
  readonly mostWorkers: number;
}

export interface SendingMachine {
  /** CPUs this process may use; a fraction where a quota says so. */
  readonly cpus: number;
  readonly calibration: Calibration | undefined;
}

/** The threads that send, and how they keep the schedule. */
export interface Senders {
  readonly asked: Pacing;
  readonly used: UsedPacing;
  readonly workers: number;
  /** CPUs that exact pacing needs with this number of workers; `auto` leaves out the service's, which it yields to. */
  readonly exactCpus: number;
  /** A clause for the report. */
  readonly why: string;
  /** One sentence, where they will probably not keep the schedule: the reason, and the flags that would. */
  readonly warning?: string;
}

/** What one worker sends on time where the machine was not calibrated. */
const UNCALIBRATED_PER_SECOND: Readonly<Record<UsedPacing, number>> = { exact: 10_000, economic: 25_000 };
/** A worker for each of these, while there are CPUs to spare: a backend may need much more time for a call than HTTP does. */
const EASY_PER_SECOND: Readonly<Record<UsedPacing, number>> = { exact: 1000, economic: 5000 };

/**
 * Chooses pacing and workers for a rate on this machine. `exact` spins: each worker needs a CPU of its own, the main thread
 * one, the backend's threads and a service on this machine theirs. `auto` takes it where there are that many CPUs for the
 * workers that the rate needs, and economic pacing elsewhere. For the service it keeps no CPU free: a worker under `auto`
 * stops spinning in the run as soon as it has to wait for its CPU (`watch-contention.ts`). What the user asked for is
 * always obeyed, with a warning.
 */
export function chooseSenders(asked: AskedSenders, load: SendingLoad, machine: SendingMachine): Senders {
  const chosen = obey(asked, load, machine);
  const problem = problemOf(chosen, asked, load, machine);
  if (problem !== undefined) return { ...chosen, warning: `${problem}; ${remedy(chosen, load, machine)}` };
  const unfit = heldNothing(chosen.used, machine);
  return unfit === undefined ? chosen : { ...chosen, warning: unfit };
}

function obey({ pacing, workers }: AskedSenders, load: SendingLoad, machine: SendingMachine): Senders {
  const given = (used: UsedPacing): number =>
    workers === undefined ? neededWorkers(used, load, machine) : Math.min(workers, load.mostWorkers);
  const exact = exactNeeds(given('exact'), load);
  const leastCpus = (cpus: number): number => cpus - (load.serviceHere ? 1 : 0);
  const fits = leastCpus(exact.cpus) <= machine.cpus;
  const holds = given('exact') * heldByOne('exact', machine) >= load.perSecond;
  const auto = fits && holds ? 'exact' : 'economic';
  const used = pacing === 'auto' ? auto : pacing;
  const figures = `exact pacing wants ${count(exact.cpus, 'CPU')} (${exact.text}) and ${cpusText(machine.cpus)} available`;
  const slow = `${count(given('exact'), 'worker')} with exact pacing would hold ${String(given('exact') * heldByOne('exact', machine))} of ${String(load.perSecond)} calls a second`;
  const shared = `a worker spins on one of ${count(machine.cpus, 'CPU')} until the service or another process needs it`;
  const why =
    pacing !== 'auto' ? 'asked for' : fits && !holds ? slow : fits && exact.cpus > machine.cpus ? shared : figures;
  const chosen = given(used);
  const needs = exactNeeds(chosen, load).cpus;
  return { asked: pacing, used, workers: chosen, exactCpus: pacing === 'auto' ? leastCpus(needs) : needs, why };
}

/** As many as the rate needs, and a few more while there are CPUs; at least one. */
function neededWorkers(pacing: UsedPacing, load: SendingLoad, machine: SendingMachine): number {
  const { perSecond, backendCpus, serviceHere, mostWorkers } = load;
  const spare = Math.floor(machine.cpus - 1 - backendCpus - (serviceHere ? 1 : 0));
  const most = pacing === 'exact' ? spare : Math.floor(machine.cpus);
  const needed = Math.ceil(perSecond / heldByOne(pacing, machine));
  const easy = Math.min(Math.ceil(perSecond / EASY_PER_SECOND[pacing]), spare);
  return Math.max(1, Math.min(Math.max(needed, easy), most, mostWorkers));
}

function heldByOne(pacing: UsedPacing, { calibration }: SendingMachine): number {
  return calibration?.[pacing]?.highestPerSecond || UNCALIBRATED_PER_SECOND[pacing];
}

function exactNeeds(workers: number, { backendCpus, serviceHere }: SendingLoad): { cpus: number; text: string } {
  const users = [
    count(workers, 'worker'),
    'the main thread',
    ...(backendCpus > 0 ? [count(backendCpus, 'backend thread')] : []),
    ...(serviceHere ? ['the service on this machine'] : []),
  ];
  const text = `${users.slice(0, -1).join(', ')} and ${users.at(-1) ?? ''}`;
  return { cpus: workers + 1 + backendCpus + (serviceHere ? 1 : 0), text };
}

/** What speaks against the choice: one clause. */
function problemOf(
  chosen: Senders,
  asked: AskedSenders,
  load: SendingLoad,
  machine: SendingMachine,
): string | undefined {
  const { used, workers, exactCpus } = chosen;
  if (workers > Math.max(1, machine.cpus)) {
    return `${count(workers, 'worker')} share ${count(machine.cpus, 'CPU')} and will wait for each other`;
  }
  if (asked.pacing === 'exact' && exactCpus > machine.cpus) {
    return `exact pacing wants ${count(exactCpus, 'CPU')} (${exactNeeds(workers, load).text}) and ${cpusText(machine.cpus)} available: it may be late`;
  }
  return tooFast(chosen, load, machine) ? tooFastText(used, workers, load, machine) : undefined;
}

function tooFast({ used, workers }: Senders, { perSecond }: SendingLoad, machine: SendingMachine): boolean {
  return perSecond > workers * heldByOne(used, machine);
}

function tooFastText(pacing: UsedPacing, workers: number, { perSecond }: SendingLoad, machine: SendingMachine): string {
  const calibrated = (machine.calibration?.[pacing]?.highestPerSecond ?? 0) > 0;
  const held = String(heldByOne(pacing, machine));
  const known = calibrated
    ? `this machine held no more than ${held} with each when it was calibrated`
    : `few machines hold more than ${held} with each`;
  return `the busiest second asks ${String(perSecond)} calls of ${count(workers, 'worker')} with ${pacing} pacing, and ${known}`;
}

/** A sentence where this machine was late at every rate when it was calibrated. */
function heldNothing(pacing: UsedPacing, { calibration }: SendingMachine): string | undefined {
  const calibrated = calibration?.[pacing] ?? undefined;
  if (calibrated?.highestPerSecond !== 0) return undefined;
  const { p99Ms, perSecond } = calibrated.floor;
  return (
    `this machine held no rate with ${pacing} pacing when it was calibrated (p99 lateness ${p99Ms.toFixed(1)} ms at ` +
    `${String(perSecond)}/s); free its CPUs and run replay calibrate again`
  );
}

/** The flags that would hold the rate, where some would. */
function remedy(chosen: Senders, load: SendingLoad, machine: SendingMachine): string {
  const best = obey({ pacing: 'auto', workers: undefined }, load, machine);
  // Where exact pacing needs the service's CPU, only `auto` gives it back.
  const pacing = best.used === 'exact' && exactNeeds(best.workers, load).cpus > machine.cpus ? 'auto' : best.used;
  const flags = [
    ...(best.workers === chosen.workers ? [] : [`--workers ${String(best.workers)}`]),
    ...(pacing === chosen.used || pacing === chosen.asked ? [] : [`--pacing ${pacing}`]),
  ];
  if (flags.length > 0 && !tooFast(best, load, machine)) {
    return `${String(load.perSecond)}/s needs ${flags.join(' ')} here`;
  }
  const calibrate = machine.calibration === undefined ? '; replay calibrate measures what this one holds' : '';
  return `use a machine with more CPUs, or a lower rate (--speed)${calibrate}`;
}

function cpusText(cpus: number): string {
  return `${number(cpus)} ${cpus === 1 ? 'is' : 'are'}`;
}

function count(n: number, noun: string): string {
  return `${number(n)} ${noun}${n === 1 ? '' : 's'}`;
}

function number(n: number): string {
  return String(Number(n.toFixed(2)));
}
