import { UserError } from '../errors.js';
import { billedTimeOf } from '../systems/simulate.js';
import type { Admission, Choice, Law, Meter, Parameter, Pool, SimulatedSystem } from '../systems/system.js';
import { boundsOfLaw, measuredLaw, underItsChoices, withFacts, type Candidate, type FreeNumber } from './candidate.js';
import type { FirstLook } from './first-look.js';

const SOURCE = 'fitted to own runs';
/** Fewer values say too little of how a length varies. */
const LEAST_VALUES = 3;
const FAR = 8;

/** Function services that may be the one that was seen: by each open choice of the template. */
export function poolCandidates(
  template: SimulatedSystem & { readonly station: Pool },
  look: FirstLook,
  timeoutMs: number,
): readonly Candidate[] {
  const service = serviceOf(look);
  const start = startOf(template.station, look, service);
  const rate = startRateOf(template.station, look);
  const idle = idleOf(template.station);
  const measured = new Map([...service.measured, ...start.measured]);
  const station: Pool = {
    ...template.station,
    service: { ...template.station.service, time: service.time },
    coldStart: start.coldStart,
    startRate: rate.startRate,
    concurrencyLimit: limitOf(template.station.concurrencyLimit, look),
  };
  const base: SimulatedSystem = {
    ...template,
    station,
    network: networkOf(look),
    meter: { ...template.meter, startShare: shareOf(template, look, start.meanMs) },
    admission: admissionOf(template.admission, look, timeoutMs),
  };
  return mechanismsOf(station).map(({ name, choices }) => {
    const system = underItsChoices(withFacts(base, new Map(choices)));
    const before = underItsChoices(withFacts(template, new Map(choices)));
    return { name, system, before, free: [...start.free, ...rate.free, ...idle], measured, complexity: 0 };
  });
}

interface MeasuredService {
  readonly time: Law;
  readonly meanMs: number;
  readonly measured: Candidate['measured'];
}

/** As the service reported it; else the latency of calls that were alone and warm. */
function serviceOf({ told, lone }: FirstLook): MeasuredService {
  const best = told.count >= LEAST_VALUES ? told : lone;
  if (!(best.mean > 0))
    throw new UserError('no call of the runs met a warm instance alone, so the service time is unknown; add a run with calls far apart'); // prettier-ignore
  return {
    time: measuredLaw(best.mean, best.cv, SOURCE),
    meanMs: best.mean,
    measured: boundsOfLaw('pool.service.time', best),
  };
}

interface MeasuredStart {
  readonly coldStart: Pool['coldStart'];
  readonly meanMs: number;
  readonly measured: Candidate['measured'];
  readonly free: readonly FreeNumber[];
}

/** What a call that was alone and cold took more than a warm one; else what was known before, moved to the cold calls there are. */
function startOf({ coldStart }: Pool, { loneStart, coldMs }: FirstLook, service: MeasuredService): MeasuredStart {
  const path = 'pool.coldStart.time.mean';
  if (loneStart.count >= LEAST_VALUES) {
    const measured = boundsOfLaw('pool.coldStart.time', loneStart);
    const [low, high] = measured.get(path) as readonly [number, number];
    const time = measuredLaw(loneStart.mean, loneStart.cv, SOURCE);
    return { coldStart: { kind: 'whole', time }, meanMs: loneStart.mean, measured, free: [{ path, low, high }] };
  }
  const guessMs = coldMs - service.meanMs;
  if (!(guessMs > 0)) return { coldStart, meanMs: NaN, measured: new Map(), free: [] };
  const time = measuredLaw(guessMs, 0.15, SOURCE);
  const free = [{ path, low: guessMs / FAR, high: guessMs * FAR }];
  return { coldStart: { kind: 'whole', time }, meanMs: guessMs, measured: new Map(), free };
}

function startRateOf({ startRate }: Pool, look: FirstLook): { startRate: Parameter; free: readonly FreeNumber[] } {
  if (Number.isNaN(look.startRate)) return { startRate, free: [] };
  const value = look.startRate;
  return {
    startRate: { value, unit: '/s', source: SOURCE, role: 'fitted' },
    free: [{ path: 'pool.startRate', low: value / FAR, high: value * FAR, tries: [value / 4, value / 2, value, value * 4] }], // prettier-ignore
  };
}

function idleOf({ idleLifetime: { value, range = [value, value] } }: Pool): readonly FreeNumber[] {
  const [low, high] = [range[0] / FAR, range[1] * FAR];
  const tries = Array.from({ length: TRIES }, (_, i) => low * (high / low) ** ((i + 0.5) / TRIES));
  return [{ path: 'pool.idleLifetime', low, high, tries }];
}

const TRIES = 8;
const LEAST_REFUSED = 5;

/** Calls that were refused found as many inside as there may be. */
function limitOf(before: Parameter, { refused, longMs, mostInside }: FirstLook): Parameter {
  if (refused.count < LEAST_REFUSED || refused.medianMs > longMs / 2) return before;
  return { value: Math.max(1, mostInside - 1), unit: 'count', source: SOURCE, role: 'fitted' };
}

function networkOf({ networkMs }: FirstLook): SimulatedSystem['network'] {
  const source = Number.isNaN(networkMs) ? 'in the service time: own runs do not tell them apart' : SOURCE;
  const role = Number.isNaN(networkMs) ? 'fixed' : 'fitted';
  return { roundTrip: { law: 'constant', mean: { value: networkMs || 0, unit: 'ms', source, role } } };
}

/** The part of a start that the first request reports as its own time, where that is what is billed. */
function shareOf(template: SimulatedSystem, { coldTold, told }: FirstLook, startMs: number): Meter['startShare'] {
  const { startShare } = template.meter;
  const isWhole = billedTimeOf(template, {})?.initBilled === true;
  if (isWhole || coldTold.count < LEAST_VALUES || !(startMs > 0)) return startShare;
  const value = Math.min(1, Math.max(0, (coldTold.mean - told.mean) / startMs));
  return { value: Number(value.toPrecision(4)), unit: 'share', source: SOURCE, role: 'fitted' };
}

function admissionOf(admission: Admission, { timeouts, longMs }: FirstLook, timeoutMs: number): Admission {
  const waitLimit: Parameter = admission.waitLimit.value < longMs ? { value: Infinity, unit: 'ms', source: 'default', role: 'fixed' } : admission.waitLimit; // prettier-ignore
  if (timeouts < LEAST_REFUSED) return { ...admission, waitLimit };
  return { ...admission, waitLimit, clientTimeout: { value: timeoutMs, unit: 'ms', source: '--timeout of the runs', role: 'fixed' } }; // prettier-ignore
}

interface Mechanism {
  readonly name: string;
  readonly choices: readonly (readonly [path: string, fact: Partial<Choice>])[];
}

/** Every combination of what the template leaves open. */
function mechanismsOf({ start, waitingPerStart, idleLaw }: Pool): readonly Mechanism[] {
  return start.options.flatMap((how) => {
    const perStart = how === 'bound' ? (['1'] as const) : waitingPerStart.options;
    return perStart.flatMap((waiting) =>
      idleLaw.options.map((law): Mechanism => {
        const queue = how === 'bound' ? 'a start for each request' : `a shared queue, a start per ${waiting} waiting`;
        const choices = [
          ['pool.start', chosen(how)],
          ['pool.waitingPerStart', chosen(waiting)],
          ['pool.idleLaw', chosen(law)],
        ] as const;
        return { name: `${queue}, ${law === 'fixed' ? 'a fixed' : 'an exponential'} idle lifetime`, choices };
      }),
    );
  });
}

function chosen(value: string): Partial<Choice> {
  return { value, options: [value], source: SOURCE, role: 'fitted' };
}
