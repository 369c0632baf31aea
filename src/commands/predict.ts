import { Args, Command, Flags } from '@oclif/core';
import { parseLengthMs } from '../text/quantities.js';
import { SUMMARIES } from './summaries.js';
import { textFlag, wholeNumber } from './text-flag.js';
import { TRACE_FLAGS } from './trace-flags.js';

/** `replay predict TRACE --system NAME ...`: what simulated systems would do with a trace, and how certain that is. */
export class Predict extends Command {
  static override summary = SUMMARIES.predict;
  static override description =
    'Nothing is sent and no run is written. Medians and 10-90 % ranges are over draws of what is unknown; the ranges include the model-error factor.';
  static override examples = [
    "<%= config.bin %> predict traces/workload-40.json --system aws-lambda --system gcp-cloud-functions --slo 'all.p(99)<2s'",
    '<%= config.bin %> predict traces/workload-40.json --system aws-lambda --sweep memory=1024,2048,3072',
    '<%= config.bin %> predict traces/workload-120.json --system aws-cpu --sensitivity',
    '<%= config.bin %> predict traces/workload-120.json --system aws-lambda --from 1m --to 3m',
  ];
  static override args = { trace: Args.string({ required: true, description: 'a trace file' }) };
  static override flags = {
    system: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      required: true,
      description: 'a name of `replay system list`, or a YAML file; repeatable',
    }),
    model: Flags.string({ description: 'which model of the systems; their first unless given' }),
    runtime: Flags.string({ description: 'which runtime of the systems; their first unless given' }),
    draws: textFlag('draws', wholeNumber(2, 10_000))({ default: 30, description: 'how many draws' }),
    seed: textFlag('seed', wholeNumber(0, Number.MAX_SAFE_INTEGER))({ default: 1, description: 'of the draws' }),
    slo: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      aliases: ['threshold'],
      description: "what is asked, such as 'all.p(99)<200ms': share of draws, capacity needed, cheapest; repeatable",
    }),
    batch: textFlag('batch', wholeNumber(1, 10_000))({ description: 'requests per call; 1 unless given' }),
    set: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'a parameter of every system by its path, such as pool.idleLifetime=300s; repeatable',
    }),
    after: Flags.string({ description: 'start in the state that this trace leaves behind' }),
    gap: textFlag('gap', parseLengthMs)({ description: 'with --after: pause between that trace and this one; 0 unless given' }), // prettier-ignore
    prices: Flags.string({ description: 'price sheet; that of each system unless given' }),
    sweep: Flags.string({
      description: 'memory=512,1024 or batch=1,2,4 or a parameter by its path: a prediction for each value',
    }),
    sensitivity: Flags.boolean({ description: 'what 1 % of each uncertain parameter does' }),
    per: Flags.string({ options: ['month'], description: 'month: what a month costs, the trace repeated' }),
    every: textFlag('every', parseLengthMs)({ description: 'with --per: the trace begins again after this long; its own length unless given' }), // prettier-ignore
    ...TRACE_FLAGS,
    json: Flags.boolean({ description: 'the cells as study.json has them' }),
    quiet: Flags.boolean({ char: 'q', description: 'no progress' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Predict);
    const { makePrediction } = await import('./make-prediction.js');
    process.stdout.write(await makePrediction(args.trace, flags));
  }
}
