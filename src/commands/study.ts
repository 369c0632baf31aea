import { Args, Command, Flags } from '@oclif/core';
import { parsePair } from '../study/chosen-pair.js';
import { SUMMARIES } from './summaries.js';
import { textFlag, wholeNumber } from './text-flag.js';
import { TRACE_FLAGS } from './trace-flags.js';

/** `replay study [FILE]`: systems side by side, simulated or live, and what to choose. */
export class Study extends Command {
  static override summary = SUMMARIES.study;
  static override description =
    'Without a file: the shipped study of eight systems, two models and three workloads, simulated. The same command again takes up a study that was stopped; a live run that is over is never made twice.';
  static override examples = [
    '<%= config.bin %> study',
    '<%= config.bin %> study my-study.yaml --out study',
    '<%= config.bin %> study my-study.yaml --dry-run',
    "<%= config.bin %> study --trace my.json --model my.onnx --slo 'all.p(99)<1s'",
  ];
  static override args = { study: Args.string({ description: 'a YAML file; the shipped study unless given' }) };
  static override flags = {
    out: Flags.string({
      char: 'o',
      aliases: ['output'],
      description: 'folder of the study, kept from one command to the next; studies/NAME unless given',
    }),
    only: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'only cells whose name contains this text; repeatable',
    }),
    slo: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: "what is asked of every system in place of the file's, such as 'all.p(99)<200ms'; repeatable",
    }),
    trace: Flags.string({ description: 'a trace file in place of the workloads of the study' }),
    ...TRACE_FLAGS,
    model: Flags.string({
      description:
        'an .onnx file in place of the models: timed here for a few seconds, carried to each system by a ratio of CPUs',
    }),
    draws: textFlag('draws', wholeNumber(2, 10_000))({ description: 'draws of each simulated cell; 30 unless given' }),
    seed: textFlag('seed', wholeNumber(0, Number.MAX_SAFE_INTEGER))({ description: 'of all draws; 1 unless given' }),
    sensitivity: Flags.boolean({ description: 'also find what 1 % of each uncertain parameter does' }),
    pair: textFlag(
      'pair',
      parsePair,
    )({
      description:
        'two systems, as aws-lambda,aws-gpu, whose latency and success the page draws over time; the recommended and the next best unless given',
    }),
    'dry-run': Flags.boolean({
      description: 'make nothing: list the cells, the calls of live ones and their highest cost',
    }),
    quiet: Flags.boolean({ char: 'q', description: 'no progress' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Study);
    const { makeStudy } = await import('./make-study.js');
    process.exitCode = await makeStudy(args.study, flags, async (argv) => {
      const { Run } = await import('./run.js');
      return await this.parse(Run, [...argv]);
    });
  }
}
