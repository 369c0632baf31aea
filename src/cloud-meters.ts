import type { Clock } from './clock.js';
import type { CloudReading, Counting } from './cloud-record.js';

/** Unix time in ms, whole steps, the end not in it. */
export interface CollectWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** Length of the steps that the provider still keeps. */
  readonly stepMs: number;
}

/** Facts that name what a run was against, by name: the options of the run, and what the user says besides. */
export type TargetFacts = Readonly<Record<string, string | undefined>>;

/** What a provider itself measures of its service, for `--collect cloud`. */
export interface CloudMeters {
  /** What the report and `cloud.json` call it: `cloudwatch`. */
  readonly source: string;
  /** The keys of `--collect-set`. */
  readonly settings: readonly string[];
  readonly counting: Counting;
  /** Before anything is sent: throws `UserError` where a package is missing. */
  ready?(): Promise<unknown>;
  /** What the run was against; `settings` go before `options`. Throws `UserError` that says what to give. */
  target(options: TargetFacts, settings: TargetFacts, env: TargetFacts): CloudTarget;
}

export interface CloudTarget {
  /** For the report: `function f in us-east-1`. */
  readonly subject: string;
  /** Rejects where the meters cannot be asked at all. */
  open(world: MeterWorld): Promise<CloudReader>;
}

export interface MeterWorld {
  readonly clock: Clock;
  readonly unixMs: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes a secret that a reader sends, before it is sent: neither it nor its parts appear in the reading, in any encoding. */
  readonly hide: (secret: string) => void;
}

/** The meters of one cloud, about one target. */
export interface CloudReader {
  /** Never rejects: what cannot be read is a gap that says why. */
  read(window: CollectWindow): Promise<CloudReading>;
  close(): void;
}
