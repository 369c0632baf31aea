import { machineRows, sheetOf } from '../collectors/cost/price-sheets.js';
import { isRequestModel, tariffOf } from '../collectors/cost/tariff.js';
import type { SimulatedSystem } from './system.js';
import { faultAt, treeAt, type Tree } from './tree.js';
import { choicesOf, parametersOf } from './vary-system.js';

/** A rule that blocks keep together: the field that breaks it and why, or null. */
type Rule = (system: SimulatedSystem) => readonly [path: string, why: string] | null;

/** Throws `UserError` at the first field that does not go with the others. */
export function checkSystem(system: SimulatedSystem, tree: Tree): void {
  for (const rule of RULES) {
    const broken = rule(system);
    if (broken === null) continue;
    const [path, why] = broken;
    throw faultAt(nearestTo(tree, path.split('.')), path, why);
  }
}

function nearestTo(tree: Tree, path: readonly string[]): Tree {
  for (let depth = path.length; depth > 0; depth--) {
    const found = treeAt(tree, path.slice(0, depth));
    if (found !== undefined) return found;
  }
  return tree;
}

const RULES: readonly Rule[] = [
  ({ station, admission }) => {
    if (station.kind !== 'pool' || station.start.value !== 'bound') return null;
    const queues = admission.queueLimit.value < Infinity || admission.waitLimit.value < Infinity;
    const path = admission.queueLimit.value < Infinity ? 'admission.queueLimit' : 'admission.waitLimit';
    return queues ? [path, 'with pool.start bound no request waits in a queue; set pool.start to shared'] : null;
  },
  ({ station }) =>
    station.kind === 'pool' && station.start.value === 'bound' && station.waitingPerStart.value !== '1'
      ? ['pool.waitingPerStart', 'with pool.start bound every start belongs to one request; set pool.start to shared']
      : null,
  ({ station }) =>
    station.kind === 'pool' && station.contention.value > 0 && station.concurrency.value === 1
      ? ['pool.contention', 'at concurrency 1 nothing runs beside a request; raise pool.concurrency']
      : null,
  ({ station }) => {
    if (station.kind !== 'pool') return null;
    const most = Math.ceil(station.concurrencyLimit.value / station.concurrency.value);
    return station.minimum.value + station.provisioned.value > most
      ? ['pool.minimum', `more instances than pool.concurrencyLimit lets work (${String(most)})`]
      : null;
  },
  ({ station, initial }) => {
    if (initial.warm.value === 0) return null;
    if (station.kind === 'server') return ['initial.warm', 'a server has no warm instances; give server.instances'];
    const most = Math.ceil(station.concurrencyLimit.value / station.concurrency.value);
    return initial.warm.value + station.minimum.value + station.provisioned.value > most
      ? ['initial.warm', `more instances than pool.concurrencyLimit lets work (${String(most)})`]
      : null;
  },
  ({ station }) => {
    if (station.kind !== 'pool' || station.coldStart.kind !== 'stages') return null;
    const isSliced = station.coldStart.overlap.options.includes('slices');
    return !isSliced && station.coldStart.slices.value > 1
      ? ['pool.coldStart.slices', 'slices overlap only where pool.coldStart.overlap is slices']
      : null;
  },
  ({ station }) => {
    if (station.kind !== 'server' || station.autoscaler === null) return null;
    const { minimum, maximum } = station.autoscaler;
    if (minimum.value > maximum.value) return ['server.autoscaler.minimum', 'is above server.autoscaler.maximum'];
    const instances = station.instances.value;
    return instances < minimum.value || instances > maximum.value
      ? ['server.instances', 'lies outside of minimum and maximum of server.autoscaler']
      : null;
  },
  ({ station }) =>
    station.kind === 'server' &&
    station.autoscaler?.metric.value === 'utilisation' &&
    station.autoscaler.target.value > 1
      ? ['server.autoscaler.target', 'utilisation is a share: give at most 1, such as 0.7']
      : null,
  ({ admission }) =>
    admission.waitLimitActs.value === 'on-arrival' && admission.waitLimit.value === Infinity
      ? ['admission.waitLimitActs', 'has no effect without admission.waitLimit']
      : null,
  ({ station, admission }) =>
    station.kind === 'pool' && admission.waitLimitActs.value === 'on-arrival'
      ? ['admission.waitLimitActs', 'a pool cannot tell how long a request will wait; use while-waiting']
      : null,
  ({ station, meter }) =>
    station.kind === 'server' && isRequestModel(meter.billing.model)
      ? ['meter.billing', 'a server is paid by the hour, not by request: give hourly or none']
      : null,
  ({ meter, admission }) =>
    isRequestModel(meter.billing.model) &&
    admission.clientTimeout.value < Infinity &&
    admission.abandonedWork.options.includes('free')
      ? ['admission.abandonedWork', 'a service billed by request runs every request that it has accepted: give wasted']
      : null,
  ({ meter }) => {
    const { billing, sheet } = meter;
    if (billing.model !== 'hourly') return null;
    if (billing.machine === undefined)
      return ['meter.machine', 'is missing; give a row of a price sheet, such as aws:t2.2xlarge'];
    const rows = machineRows(sheetOf(sheet), billing.machine, billing.region);
    return typeof rows === 'string' ? ['meter.machine', rows] : null;
  },
  ({ meter }) => {
    const { model } = meter.billing;
    if (!isRequestModel(model)) return null;
    if (meter.billing.memoryMb === undefined)
      return ['meter.memoryMb', 'is missing; requests are billed by memory and time'];
    const tariff = tariffOf({ ...meter.billing, model }, sheetOf(meter.sheet));
    if (!('meters' in tariff)) return ['meter.sheet', tariff.join('; ')];
    return tariff.time.initBilled && meter.startShare.value > 0
      ? ['meter.startShare', `price sheet ${meter.sheet} bills the whole start: a share of it would be billed twice`]
      : null;
  },
  structureFitsName,
];

/** A fit under other mechanisms names choices that the system leaves open. */
function structureFitsName(system: SimulatedSystem): ReturnType<Rule> {
  const choices = new Map(choicesOf(system).map(({ path, what }) => [path, what.options]));
  for (const { path, what } of parametersOf(system))
    for (const { when } of what.byStructure ?? [])
      for (const [choice, option] of Object.entries(when)) {
        const options = choices.get(choice);
        if (options === undefined) return [path, `byStructure names ${choice}, which is no choice of the system`];
        if (!options.includes(option)) return [path, `byStructure: ${choice} has the options ${options.join(', ')}`];
      }
  return null;
}
