import type { Billing } from '../cost-terms.js';

/**
 * A simulated serving system: building blocks, each with its parameters. Plain data, as `parseSystem` reads it from YAML.
 * A request passes them in this order: sender, admission, station (`server` or `pool`), network, meter.
 *
 * Every number is a `Parameter` and every structural alternative a `Choice`, so that anyone who varies a system finds them by
 * their path (`pool.coldStart.mean`) without knowing the blocks.
 */
export interface SimulatedSystem {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What is served, where the file has variants: `mobilenet`, `albert`. */
  readonly model: string | null;
  /** With what: `ort`, `tf`, `tf-serving`. */
  readonly runtime: string | null;
  readonly sender: Sender;
  readonly admission: Admission;
  readonly station: Server | Pool;
  readonly network: Network;
  readonly meter: Meter;
  /** Of the scenario rather than of the system; a draw may say otherwise. */
  readonly initial: InitialState;
  /** What a reader of predictions should know, one sentence each. */
  readonly notes: readonly string[];
}

/** Where a number comes from decides what may be done with it. */
export const ROLES = ['fixed', 'fitted', 'sampled'] as const;
/** `fixed`: known or stated. `fitted`: the value at which a simulation reproduces a number, named in the source. `sampled`: drawn from its range. */
export type Role = (typeof ROLES)[number];

/** Of values and ranges once parsed: a file may say `2.25 s`, here it is 2250 `ms`. */
export type ParameterUnit = 'ms' | '/s' | 'count' | 'share';

/** One number of a system. */
export interface Parameter {
  /** What a single simulation uses: 0 or more; Infinity where something is not limited. */
  readonly value: number;
  /** Low and high bound, where the value is not known; it lies within. */
  readonly range?: readonly [low: number, high: number];
  readonly unit: ParameterUnit;
  /** A published number, a document, an own run, or a guess. */
  readonly source: string;
  readonly role: Role;
  /** What the same fit gives under other mechanisms: in place of `value` and `range` where the choices are these. */
  readonly byStructure?: readonly StructureFit[];
}

/** The value of a parameter, and its range, where choices (by their path) are as in `when`. */
export interface StructureFit {
  readonly when: Readonly<Record<string, string>>;
  readonly value: number;
  readonly range?: readonly [low: number, high: number];
}

/** One of several mechanisms. */
export interface Choice<Option extends string = string> {
  readonly value: Option;
  /** What else it may be, the value among them; one alone where it is known. */
  readonly options: readonly Option[];
  readonly source: string;
  readonly role: Role;
}

/**
 * A length of time with a distribution. A mean in `/s` is a rate: that of one instance with all its places busy, so that one
 * request takes places / rate.
 */
export type Law =
  | { readonly law: 'constant' | 'exponential'; readonly mean: Parameter }
  /** `cv`: standard deviation over mean. */
  | { readonly law: 'lognormal' | 'gamma'; readonly mean: Parameter; readonly cv: Parameter }
  /** `mean`: what the measured values are scaled to; `values`: ascending, ms. */
  | { readonly law: 'empirical'; readonly mean: Parameter; readonly values: readonly number[]; readonly from: string };

/** The client. Senders start one after the other during the ramp; request i is sent by sender i modulo their number. */
export interface Sender {
  readonly senders: Parameter;
  /** From the first sender's start to the last's, ms. What is due before its sender has started is sent late. */
  readonly ramp: Parameter;
  /** Added to the first request of each sender, ms. */
  readonly connectionSetUp: Parameter;
}

/** What is let in, and what becomes of those who wait too long. */
export interface Admission {
  /** A request that finds this many waiting is refused (`throttled`). */
  readonly queueLimit: Parameter;
  /** Longest wait for a place, ms. */
  readonly waitLimit: Parameter;
  /**
   * `while-waiting`: a request that has waited this long fails (`server-error`) and costs no work. `on-arrival`: a request is
   * refused (`throttled`) where the work ahead of it (those who wait, at the mean service time) takes longer.
   */
  readonly waitLimitActs: Choice<'while-waiting' | 'on-arrival'>;
  /** The client gives up after this long (`timeout`), ms. */
  readonly clientTimeout: Parameter;
  /** Whether a request given up while it waited is served nevertheless. */
  readonly abandonedWork: Choice<'wasted' | 'free'>;
}

/** How long one request occupies a place. */
export interface Service {
  readonly time: Law;
  /** A batch of n takes (1 + this x (n - 1)) times as long; 1: nothing is gained. */
  readonly batchMarginal: Parameter;
}

/** One queue, first come first served, before instances that are there or that an autoscaler adds. */
export interface Server {
  readonly kind: 'server';
  /** Instances at the start, each with `workers`. */
  readonly instances: Parameter;
  /** How many requests an instance serves at once. */
  readonly workers: Parameter;
  readonly service: Service;
  /**
   * Latency of a request that is alone, ms; 0: the service time. Above the service time it is the least latency of any request
   * (work overlaps); below it, only a request that finds the instances empty is that fast (it has all cores).
   */
  readonly lone: Parameter;
  /** A request that starts while at least `slowAbove` others wait takes (1 + this) times as long. */
  readonly slowdown: Parameter;
  readonly slowAbove: Parameter;
  readonly batcher: Batcher | null;
  readonly autoscaler: Autoscaler | null;
}

/** On the server: a worker takes up to `maxSize` requests at once. */
export interface Batcher {
  readonly maxSize: Parameter;
  /** A worker that is free waits this long for a batch to fill, ms, from its oldest request. */
  readonly maxDelay: Parameter;
}

export type ScalingMetric = 'utilisation' | 'requests-per-instance' | 'waiting-per-instance' | 'in-flight-per-instance';

/** Target tracking: wanted = ceil(instances x metric / target), within minimum and maximum. */
export interface Autoscaler {
  /** Over the period: share of busy workers; requests per minute and instance; means of those who wait, or are inside, per instance. */
  readonly metric: Choice<ScalingMetric>;
  readonly target: Parameter;
  /** Between evaluations, ms. */
  readonly period: Parameter;
  /** From the decision until an instance serves, ms. */
  readonly delay: Parameter;
  readonly minimum: Parameter;
  readonly maximum: Parameter;
  /** After a scale-out (scale-in) no other for this long, ms. */
  readonly scaleOutCooldown: Parameter;
  readonly scaleInCooldown: Parameter;
}

/** Instances made on demand: functions. The one used last is used first. */
export interface Pool {
  readonly kind: 'pool';
  readonly service: Service;
  /** Requests that one instance serves at once. */
  readonly concurrency: Parameter;
  /** A request that starts beside m others in its instance takes (1 + this x m) times as long. */
  readonly contention: Parameter;
  /** `bound`: who finds no place gets a new instance and waits for that. `shared`: who waits is served by what is free first. */
  readonly start: Choice<'bound' | 'shared'>;
  /** `shared`: starts under way are at least the number of waiting requests over this. */
  readonly waitingPerStart: Choice<'1' | '2' | '4'>;
  /** At most this many starts per second. */
  readonly startRate: Parameter;
  readonly coldStart: ColdStart;
  readonly idleLaw: Choice<'fixed' | 'exponential'>;
  /** How long (on average) an instance without a request is kept, ms. */
  readonly idleLifetime: Parameter;
  /** Most requests inside at once; further ones are `throttled` (`bound`), or wait (`shared`). */
  readonly concurrencyLimit: Parameter;
  /** Ready from the beginning and never taken away. */
  readonly minimum: Parameter;
  /** As `minimum`, and reported as provisioned concurrency, which has a price of its own. */
  readonly provisioned: Parameter;
}

/** One law, or five stages in their order. */
export type ColdStart =
  | { readonly kind: 'whole'; readonly time: Law }
  | {
      readonly kind: 'stages';
      readonly container: Law;
      readonly import: Law;
      readonly download: Law;
      readonly load: Law;
      readonly firstInference: Law;
      /** `import`: the download goes on beside the import. `slices`: and each slice is loaded while the next is downloaded. */
      readonly overlap: Choice<'none' | 'import' | 'slices'>;
      readonly slices: Parameter;
    };

/** All that is added to a latency outside of the system; it does not delay the arrival. */
export interface Network {
  readonly roundTrip: Law;
}

/** What is counted for the bill; the prices are those of a sheet. */
export interface Meter {
  readonly billing: Billing;
  /** The price sheet of the system's time. */
  readonly sheet: string;
  /** This share of a cold start runs within its first request and is billed as a part of it. */
  readonly startShare: Parameter;
  /** The bill holds parts that no model knows (when autoscaled instances end): what is counted is a floor. */
  readonly floorOnly: boolean;
}

export interface InitialState {
  /** Idle instances of a pool at time 0, beside those that are always there. */
  readonly warm: Parameter;
}
