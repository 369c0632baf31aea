import { Flags } from '@oclif/core';
import { PROBE_PARTS } from '../../probe/plan-probe.js';
import { parseLengthMs, parseRatePerSecond } from '../../text/quantities.js';
import { ARRIVAL_FLAGS } from '../arrival-flags.js';
import { BATCH_FLAGS } from '../batch-flags.js';
import { COLLECT_FLAGS } from '../collect-flags.js';
import { CONFIG_FLAG } from '../config-flags.js';
import { ABORT_FLAGS, GATE_FLAGS } from '../gate-flags.js';
import { METRICS_FLAGS } from '../live-metrics.js';
import { OUTPUT_FLAGS } from '../output-flags.js';
import { RUN_FLAGS } from '../run-flags.js';
import { textFlag, wholeNumber } from '../text-flag.js';

/** What a probe decides itself, or what belongs to one run. */
const NOT_OF_A_PROBE = {
  ...{ ...ARRIVAL_FLAGS, ...BATCH_FLAGS, ...COLLECT_FLAGS, ...GATE_FLAGS, ...ABORT_FLAGS, ...METRICS_FLAGS },
  ...{ ...OUTPUT_FLAGS, ...CONFIG_FLAG, out: 0, 'dry-run': 0, warmup: 0, repeat: 0, 'vary-seed': 0 },
};

type OfAService = Omit<typeof RUN_FLAGS, keyof typeof NOT_OF_A_PROBE>;

/** Those flags of `replay run` that say what is sent where, and how. */
const SERVICE_FLAGS = Object.fromEntries(
  Object.entries(RUN_FLAGS).filter(([name]) => !Object.hasOwn(NOT_OF_A_PROBE, name)),
) as unknown as OfAService;

/** What `replay system probe` takes. */
export const PROBE_FLAGS = {
  ...SERVICE_FLAGS,
  out: Flags.string({
    char: 'o',
    aliases: ['output'],
    description:
      'folder of the probe, with a folder for each run; kept from one command to the next; runs/probe unless given',
  }),
  only: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    options: [...PROBE_PARTS],
    description: 'make this part alone; repeatable',
  }),
  skip: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    options: [...PROBE_PARTS],
    description: 'leave this part out; repeatable',
  }),
  'lone-calls': textFlag('lone-calls', wholeNumber(2, 10_000))({ default: 30, description: 'lone: how many calls' }),
  'lone-gap': textFlag('lone-gap', parseLengthMs)({ default: 1000, defaultHelp: '1s', description: 'lone: from one call to the next' }), // prettier-ignore
  starts: textFlag('starts', wholeNumber(1, 100))({ default: 12, description: 'starts: how many single cold starts' }),
  'start-gap': textFlag('start-gap', parseLengthMs)({ default: 20_000, defaultHelp: '20s', description: 'starts: from one to the next, longer than a cold start takes' }), // prettier-ignore
  burst: textFlag('burst', wholeNumber(2, 10_000))({ default: 200, description: 'burst: how many calls at once' }),
  'longest-gap': textFlag('longest-gap', parseLengthMs)({ default: 600_000, defaultHelp: '10m', description: 'gaps: the longest idle time; halves of it come before' }), // prettier-ignore
  'gap-calls': textFlag('gap-calls', wholeNumber(1, 1000))({ default: 20, description: 'gaps: how many calls at once after each' }), // prettier-ignore
  'min-rate': textFlag('min-rate', parseRatePerSecond)({ default: 1, defaultHelp: '1/s', description: 'rates: the lowest, at least' }), // prettier-ignore
  'max-rate': textFlag('max-rate', parseRatePerSecond)({ default: 64, defaultHelp: '64/s', description: 'rates: the highest; they double up to it, until the service is saturated' }), // prettier-ignore
  'rate-length': textFlag('rate-length', parseLengthMs)({ default: 20_000, defaultHelp: '20s', description: 'rates: how long each' }), // prettier-ignore
  hold: textFlag('hold', parseLengthMs)({ default: 120_000, defaultHelp: '2m', description: 'rates: how long a rate that saturates is held, longer than the service lets a request wait' }), // prettier-ignore
  watch: textFlag('watch', parseLengthMs)({ default: 300_000, defaultHelp: '5m', description: 'watch: for how long' }), // prettier-ignore
  seed: textFlag('seed', wholeNumber(0, Number.MAX_SAFE_INTEGER))({ default: 1, description: 'of the arrivals' }),
  'dry-run': Flags.boolean({ description: 'send nothing: list the runs, their calls, and the highest cost' }),
};
