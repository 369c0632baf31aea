import { UserError } from '../errors.js';
import { meanOf } from '../systems/sampler-of.js';
import type { Admission, Choice, Parameter, Server, SimulatedSystem } from '../systems/system.js';
import { boundsOfLaw, measuredLaw, underItsChoices, type Candidate, type FreeNumber } from './candidate.js';
import type { FirstLook } from './first-look.js';

/** Of the fitted numbers, until their ranges are known. */
const SOURCE = 'fitted to own runs';
const FAR = 8;
/** Fewer lone calls say too little of how the service time varies. */
const LEAST_LONE = 8;

/**
 * Machines that may be the one that was seen: by the number of requests that they serve at once, by what ends a long wait,
 * and by what becomes of work that was given up.
 */
export function serverCandidates(
  template: SimulatedSystem & { readonly station: Server },
  look: FirstLook,
  timeoutMs: number,
): readonly Candidate[] {
  const { network, free: ofNetwork } = networkOf(look);
  const before = underItsChoices(template);
  const base = { ...before, network };
  return stationsOf(template.station, look).flatMap((station) =>
    admissionsOf(template.admission, station, look, timeoutMs).map(({ name, admission, free }): Candidate => {
      const system: SimulatedSystem = { ...base, station: station.server, admission };
      const named = [station.name, name].filter((word) => word !== '').join(', ');
      return {
        name: named,
        system,
        before,
        free: [...station.free, ...ofNetwork, ...free],
        measured: station.measured,
        complexity: station.server.workers.value,
      };
    }),
  );
}

/** What a service reports leaves the rest of a latency to the network; else a little of the latency may be its. */
function networkOf({ networkMs, lone }: FirstLook): Pick<SimulatedSystem, 'network'> & Pick<StationCandidate, 'free'> {
  const isTold = !Number.isNaN(networkMs);
  const most = lone.median * MOST_NETWORK;
  const value = isTold ? networkMs : most / 10;
  const mean: Parameter = { value: value > 0 ? value : 0, unit: 'ms', source: SOURCE, role: 'fitted' };
  const isFree = !isTold && most > 0;
  const free = isFree ? [{ path: 'network.roundTrip.mean', low: most / 1000, high: most, stays: true } as const] : [];
  return { network: { roundTrip: { law: 'constant', mean } }, free };
}

/** Share of the latency of a lone request that may be the network's. */
const MOST_NETWORK = 0.5;

interface StationCandidate {
  readonly name: string;
  readonly server: Server;
  readonly free: readonly FreeNumber[];
  readonly measured: Candidate['measured'];
}

function stationsOf(template: Server, look: FirstLook): readonly StationCandidate[] {
  const loneMs = look.lone.median - (Number.isNaN(look.networkMs) ? 0 : look.networkMs);
  if (!(loneMs > 0) && !(look.throughput > 0))
    throw new UserError('the runs show neither a lone request nor a stretch under load; make longer ones');
  const perSecond = look.throughput > 0 ? look.throughput : 1000 / meanOf(template.service.time);
  const instances = template.instances.value;
  const rate = perSecond / instances;
  const inParallel = loneMs > 0 ? (rate * loneMs) / 1000 : 1;
  const slows = ['one waits', 'as many wait'] as const;
  return [
    ...(inParallel < NEARLY_ONE ? [strictlyOne(template, look, loneMs > 0 ? loneMs : 1000 / rate)] : []),
    ...(inParallel > MORE_THAN_ONE ? [overlapping(template, rate, loneMs)] : []),
    ...workersOf(inParallel).flatMap((workers) => slows.map((slow) => manyAtOnce(template, workers, look, rate, slow))),
  ];
}

const NEARLY_ONE = 1.6;
const MORE_THAN_ONE = 1.15;

/** A request is served when the one before is done. */
function strictlyOne(template: Server, { lone }: FirstLook, meanMs: number): StationCandidate {
  const time = measuredLaw(meanMs, lone.count >= LEAST_LONE ? lone.cv : NaN, SOURCE);
  return {
    name: 'one at a time',
    server: {
      ...template,
      workers: one(template.workers),
      service: { time, batchMarginal: template.service.batchMarginal },
      lone: none(template.lone),
      slowdown: none(template.slowdown),
    },
    free: [{ path: 'server.service.time.mean', low: meanMs / FAR, high: meanMs * FAR }],
    measured: new Map(),
  };
}

/** One queue of a rate: work overlaps, so that a lone request takes longer than one over the rate. */
function overlapping(template: Server, rate: number, loneMs: number): StationCandidate {
  const service: Server['service'] = {
    time: { law: 'constant', mean: { value: rate, unit: '/s', source: SOURCE, role: 'fitted' } },
    batchMarginal: template.service.batchMarginal,
  };
  return {
    name: 'one queue of a rate, whose work overlaps',
    server: {
      ...template,
      workers: one(template.workers),
      service,
      lone: fitted(loneMs, 'ms'),
      slowdown: none(template.slowdown),
    },
    free: [
      // Below 1 / lone, it would be the lone request that takes the time.
      { path: 'server.service.time.mean', low: Math.max(rate / FAR, 1000 / loneMs), high: rate * FAR },
      { path: 'server.lone', low: loneMs / 2, high: loneMs * 2 },
    ],
    measured: new Map(),
  };
}

/** Where work is slower: as soon as a request waits, or as many as are served. */
type SlowAbove = 'one waits' | 'as many wait';

function manyAtOnce(
  template: Server,
  workers: number,
  look: FirstLook,
  rate: number,
  slow: SlowAbove,
): StationCandidate {
  // prettier-ignore
  const networkMs = Number.isNaN(look.networkMs) ? 0 : look.networkMs;
  const served = { ...look.lone, mean: look.lone.mean - networkMs };
  const slowdown = Math.max(LEAST_SLOWDOWN, (workers * 1000) / (rate * served.mean) - 1);
  const bounds = boundsOfLaw('server.service.time', served);
  const [low, high] = bounds.get('server.service.time.mean') as readonly [number, number];
  const above = slow === 'one waits' ? one(template.slowAbove) : fitted(workers, 'count');
  return {
    name: `${String(workers)} at once, slower when ${slow}`,
    server: {
      ...template,
      workers: fitted(workers, 'count'),
      service: {
        time: measuredLaw(served.mean, served.count >= LEAST_LONE ? served.cv : NaN, SOURCE),
        batchMarginal: template.service.batchMarginal,
      },
      lone: none(template.lone),
      slowdown: fitted(slowdown, 'share'),
      slowAbove: above,
    },
    free: [
      { path: 'server.service.time.mean', low: Number.isNaN(look.networkMs) ? low * MOST_NETWORK : low, high },
      { path: 'server.slowdown', low: LEAST_SLOWDOWN, high: MOST_SLOWDOWN },
    ],
    measured: new Map([...bounds].filter(([path]) => path.endsWith('.cv'))),
  };
}

const LEAST_SLOWDOWN = 0.001;
const MOST_SLOWDOWN = 5;

const none = (of: Parameter): Parameter => ({ ...of, value: 0, source: 'default', role: 'fixed' });
const one = (of: Parameter): Parameter => ({ ...of, value: 1, source: 'default', role: 'fixed' });

/** The whole numbers about an estimate, which a slow-down in overload makes too low. */
function workersOf(inParallel: number): readonly number[] {
  const near = [Math.floor(inParallel), Math.ceil(inParallel), Math.round(inParallel * 1.1), Math.round(inParallel * 1.25)]; // prettier-ignore
  return [...new Set(near)].filter((count) => count >= 2 && count <= 1000);
}

interface AdmissionCandidate {
  readonly name: string;
  readonly admission: Admission;
  readonly free: readonly FreeNumber[];
}

/** Fewer failures are chance. */
const LEAST_REFUSED = 5;
/** A call that failed within this share of what the slow successes took was refused at once. */
const AT_ONCE = 0.3;

function admissionsOf(
  template: Admission,
  { server }: StationCandidate,
  look: FirstLook,
  timeoutMs: number,
): readonly AdmissionCandidate[] {
  const { refused, timeouts, longMs } = look;
  const patient = timeouts >= LEAST_REFUSED ? withTimeout(template, timeoutMs) : [{ name: '', admission: template, free: [] }]; // prettier-ignore
  if (refused.count < LEAST_REFUSED) return patient.map((one) => unlimited(one, longMs));
  return patient.flatMap(({ name, admission }): AdmissionCandidate[] => {
    const named = (text: string): string => (name === '' ? text : `${name}, ${text}`);
    if (refused.medianMs > AT_ONCE * longMs) return [limited(admission, named('gives up waiting'), refused.medianMs, 'while-waiting')]; // prettier-ignore
    const waitMs = Math.max(1, longMs - meanOf(server.service.time, server.workers.value));
    const most = Math.max(1, Math.round((waitMs * look.throughput) / 1000));
    return [
      limited(admission, named('refuses at once by the wait'), waitMs, 'on-arrival'),
      { name: named('refuses at once by the queue'), admission: { ...admission, ...NO_WAIT_LIMIT(admission), queueLimit: fitted(most, 'count') }, free: [{ path: 'admission.queueLimit', low: 1, high: most * FAR }] }, // prettier-ignore
    ];
  });
}

function limited(
  admission: Admission,
  name: string,
  waitMs: number,
  acts: Admission['waitLimitActs']['value'],
): AdmissionCandidate {
  // prettier-ignore
  return {
    name,
    admission: { ...admission, waitLimit: fitted(waitMs, 'ms'), waitLimitActs: chosen(acts) },
    free: [{ path: 'admission.waitLimit', low: waitMs / 2, high: waitMs * 2 }],
  };
}

/** What the client gave up may have been served nevertheless. */
function withTimeout(admission: Admission, timeoutMs: number): AdmissionCandidate[] {
  const clientTimeout: Parameter = { value: timeoutMs, unit: 'ms', source: '--timeout of the runs', role: 'fixed' };
  return (['wasted', 'free'] as const).map((work) => ({
    name: `work given up is ${work}`,
    admission: { ...admission, clientTimeout, abandonedWork: chosen(work) },
    free: [],
  }));
}

/** A limit below what successes waited is none; one that nothing reached keeps its range. */
function unlimited({ name, admission, free }: AdmissionCandidate, longMs: number): AdmissionCandidate {
  const isContradicted = admission.waitLimit.value < longMs || admission.queueLimit.value < Infinity;
  return { name, free, admission: isContradicted ? { ...admission, ...NO_WAIT_LIMIT(admission) } : admission };
}

const NO_WAIT_LIMIT = ({
  waitLimit,
  queueLimit,
}: Admission): Pick<Admission, 'waitLimit' | 'queueLimit' | 'waitLimitActs'> => ({
  // prettier-ignore
  waitLimit: { value: Infinity, unit: waitLimit.unit, source: 'default', role: 'fixed' },
  queueLimit: { value: Infinity, unit: queueLimit.unit, source: 'default', role: 'fixed' },
  waitLimitActs: { value: 'while-waiting', options: ['while-waiting'], source: 'default', role: 'fixed' },
});

function fitted(value: number, unit: Parameter['unit']): Parameter {
  return { value, unit, source: SOURCE, role: 'fitted' };
}

function chosen<Option extends string>(value: Option): Choice<Option> {
  return { value, options: [value], source: SOURCE, role: 'fitted' };
}
