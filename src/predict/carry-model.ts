import type { SimulatedSystem } from '../systems/system.js';
import { parametersOf } from '../systems/vary-system.js';

/** A model as it was timed on this machine. */
export interface MeasuredModel {
  readonly name: string;
  readonly bytes: number;
  readonly loadMs: number;
  /** Median of a run with one thread. */
  readonly oneThreadMs: number;
  /** Median of a run with all threads, and how many. */
  readonly allThreadsMs: number;
  readonly threads: number;
  /** What each further request of a batch takes, as a share of the first (0: nothing, 1: as long); absent: not measured. */
  readonly batchMarginal?: number;
}

/** How much slower (above 1) or faster a vCPU of a cloud is than a CPU of this machine; no one has compared them. */
const CPU_RATIO: readonly [low: number, high: number] = [0.7, 1.8];
/** What a package of a function brings from storage in a second, MB; the range of what is usual. */
const MB_PER_SECOND = 60;
/** The file of the model that the systems were fitted with. */
const FITTED_MB = 16;
/** AWS gives a function one vCPU per this many MB of memory. */
const MB_PER_VCPU = 1769;
const MACHINE_CPUS = 8;

/**
 * A system with the model in place of the one it was fitted with: its service time by vCPUs, its cold start by the size of the
 * file and the time to load it. The reason where that cannot be said.
 */
export function carryModel(system: SimulatedSystem, model: MeasuredModel): SimulatedSystem | string {
  const { billing } = system.meter;
  if (/t4|g4dn|gpu/i.test(billing.machine ?? ''))
    return 'a time measured on a CPU says nothing of a GPU; leave the GPU servers out, or measure one';
  const copy = structuredClone(system);
  const cpus = cpusOf(system);
  const { mean } = copy.station.service.time;
  const [low, high] = CPU_RATIO;
  const middle = Math.sqrt(low * high);
  // A machine serves as many at once as it has CPUs, each with one thread; a function has its CPUs for one request.
  const aloneMs = cpus >= MACHINE_CPUS ? model.oneThreadMs / cpus : onFewCpus(model, cpus);
  const of = (ratio: number): number => (mean.unit === '/s' ? 1000 / (aloneMs * ratio) : aloneMs * ratio);
  const { batchMarginal } = copy.station.service;
  if (model.batchMarginal !== undefined)
    Object.assign(batchMarginal, { value: model.batchMarginal, role: 'fixed', source: `${model.name} measured here in batches` }); // prettier-ignore
  const source = `${model.name} measured here, times ${String(low)} to ${String(high)} for another CPU (a guess)`;
  Object.assign(mean, { value: of(middle), range: mean.unit === '/s' ? [of(high), of(low)] : [of(low), of(high)], role: 'sampled', source }); // prettier-ignore
  for (const { path, what } of parametersOf(copy)) {
    if (path === 'server.lone') Object.assign(what, { value: (2 * model.oneThreadMs * middle) / cpus, range: [(model.allThreadsMs * low) / 2, model.oneThreadMs * high], role: 'sampled', source }); // prettier-ignore
    if (path === 'pool.coldStart.time.mean') {
      const moreMs = Math.max(0, (model.bytes / 1e6 - FITTED_MB) / MB_PER_SECOND) * 1000 + model.loadMs * middle;
      Object.assign(what, { value: what.value + moreMs, range: [what.value, what.value + 2 * moreMs], role: 'sampled', source }); // prettier-ignore
    }
  }
  return { ...copy, model: model.name };
}

function cpusOf({ meter: { billing }, station }: SimulatedSystem): number {
  if (station.kind === 'server') return MACHINE_CPUS;
  if (billing.cpus !== undefined) return billing.cpus;
  // A Cloud Function of 2048 MB has 2.4 GHz: one vCPU.
  if (billing.model === 'cloud-functions-gen1') return (billing.memoryMb ?? 2048) / 2048;
  return (billing.memoryMb ?? MB_PER_VCPU) / MB_PER_VCPU;
}

/** Between one thread and all, what a second thread gains is spread evenly over their number (Amdahl's law). */
function onFewCpus({ oneThreadMs, allThreadsMs, threads }: MeasuredModel, cpus: number): number {
  if (cpus <= 1 || threads < 2) return oneThreadMs / Math.min(cpus, 1);
  const serial = Math.max(0, (allThreadsMs / oneThreadMs - 1 / threads) / (1 - 1 / threads));
  return oneThreadMs * (serial + (1 - serial) / cpus);
}
