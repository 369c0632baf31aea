import { Flags } from '@oclif/core';
import type { CustomCollector } from '../custom-collector.js';
import { UserError } from '../errors.js';
import type { AbortOnFail } from '../gate/watch-thresholds.js';
import { parseDurationMs } from '../text/quantities.js';
import { textFlag } from './text-flag.js';

/** The flags of everything that judges a run, and reports others. */
export const GATE_FLAGS = {
  threshold: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    aliases: ['slo'],
    description:
      "what is asked of the run, such as 'all.p(99)<200ms' or 'success>99.9%'; exit 99 where it fails; repeatable",
  }),
  collector: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'a module that folds the samples to numbers of your own, such as ./goodput.mjs; repeatable',
  }),
  junit: Flags.string({ description: 'write the verdict and each threshold as JUnit XML to this file' }),
  summary: Flags.string({ description: 'write a summary in Markdown to this file' }),
  latency: Flags.boolean({ description: 'print the whole latency distribution, as wrk2 does' }),
};

/** What stops a run that fails early. */
export const ABORT_FLAGS = {
  'abort-on-fail': Flags.boolean({ description: 'stop sending as soon as a threshold fails' }),
  'abort-after': textFlag(
    'abort-after',
    parseDurationMs,
  )({ description: 'judge nothing before this time of the run; 10s unless given' }),
};

const ABORT_AFTER_MS = 10_000;

export interface GivenThresholds {
  readonly thresholds?: readonly string[];
}

/** The thresholds as they are judged, each once. Throws `UserError` for one that cannot be judged. */
export async function givenThresholds(given: readonly string[] | undefined): Promise<GivenThresholds> {
  if (given === undefined || given.length === 0) return {};
  const { parseThresholds } = await import('../gate/parse-threshold.js');
  return { thresholds: parseThresholds(given).map(({ text }) => text) };
}

/** The collectors of the user's own, loaded. Throws `UserError`. */
export async function givenCollectors(
  paths: readonly string[] | undefined,
): Promise<{ readonly collectors?: readonly CustomCollector[] }> {
  if (paths === undefined || paths.length === 0) return {};
  const { loadCollectors } = await import('../plan/load-collectors.js');
  return { collectors: await loadCollectors(paths, process.cwd()) };
}

export interface GateFlags {
  readonly threshold: readonly string[] | undefined;
  readonly 'abort-on-fail': boolean;
  readonly 'abort-after': number | undefined;
}

/** The thresholds of a run, and whether they stop it. */
export async function givenGate(flags: GateFlags): Promise<GivenThresholds & { readonly abortOnFail?: AbortOnFail }> {
  const given = await givenThresholds(flags.threshold);
  const { 'abort-on-fail': stops, 'abort-after': afterMs } = flags;
  if (afterMs !== undefined && !stops) throw new UserError('--abort-after delays --abort-on-fail; give that too');
  if (!stops) return given;
  if (given.thresholds === undefined)
    throw new UserError("--abort-on-fail needs a threshold; add one such as --threshold 'all.p(99)<200ms'");
  return { ...given, abortOnFail: { afterMs: afterMs ?? ABORT_AFTER_MS } };
}
