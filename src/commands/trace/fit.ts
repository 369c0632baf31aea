import { Args, Command, Flags } from '@oclif/core';
import { FITTED_PROCESSES, type FittedProcess } from '../../fit/fit-traffic.js';
import { parseLengthMs } from '../../text/quantities.js';
import { SUMMARIES } from '../summaries.js';
import { textFlag } from '../text-flag.js';
import { TRACE_FLAGS } from '../trace-flags.js';
import { checkAskedFile, writeAskedFile } from '../write-asked-file.js';

/** `replay trace fit TRACE`: a process that makes traffic like that of a trace, as a recipe. */
export class TraceFit extends Command {
  static override summary = SUMMARIES['trace fit'];
  static override description =
    'Fits arrival processes by maximum likelihood, chooses by BIC, and says whether the chosen one fits. Its recipe makes more such traffic: replay generate --recipe.';
  static override examples = [
    '<%= config.bin %> trace fit traces/workload-120.json -o recipe.json',
    '<%= config.bin %> trace fit traces/workload-40.json --process mmpp:2 --html page.html',
    '<%= config.bin %> trace fit traces/workload-200.json --process poisson --json',
  ];
  static override args = {
    trace: Args.string({ required: true, description: 'a trace file, or - for standard input' }),
  };
  static override flags = {
    process: textFlag(
      'process',
      parseProcess,
    )({
      default: { process: 'auto' },
      defaultHelp: 'auto',
      description: 'auto, poisson, gamma, weibull, mmpp (finds the number of states), mmpp:2 to mmpp:8, or piecewise',
    }),
    output: Flags.string({ char: 'o', description: 'write the recipe and what is known of it to this file' }),
    html: Flags.string({ description: 'write a page that lays the process over the trace to this file' }),
    json: Flags.boolean({ description: 'print every number as JSON' }),
    'time-limit': textFlag(
      'time-limit',
      parseLengthMs,
    )({ default: 60_000, defaultHelp: '60s', description: 'end the search for states after this' }),
    ...TRACE_FLAGS,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceFit);
    await checkAskedFile('--output', flags.output);
    await checkAskedFile('--html', flags.html);
    const { fitFile } = await import('../fit-file.js');
    const { fit, page } = await fitFile(
      args.trace,
      flags,
      { ...flags.process, limitMs: flags['time-limit'] },
      flags.html !== undefined,
    );
    const { fitJson } = await import('../../fit/fit-json.js');
    if (flags.output !== undefined) await writeAskedFile('--output', flags.output, fitJson(fit));
    if (flags.html !== undefined && page !== undefined) await writeAskedFile('--html', flags.html, page);
    const { fitText } = await import('../../fit/fit-text.js');
    process.stdout.write(flags.json ? fitJson(fit) : fitText(fit));
  }
}

/** `mmpp:3` is three states. */
function parseProcess(text: string): { process: FittedProcess; states?: number } {
  const [, name = '', states] = /^([a-z]+)(?::(\d+))?$/.exec(text.trim()) ?? [];
  const process = FITTED_PROCESSES.find((one) => one === name);
  if (process === undefined) throw new Error(`give one of ${FITTED_PROCESSES.join(', ')}, or mmpp:2`);
  if (states === undefined) return { process };
  if (process !== 'mmpp') throw new Error('only mmpp has a number of states');
  if (!(Number(states) >= 2 && Number(states) <= 8)) throw new Error('give mmpp:2 to mmpp:8');
  return { process, states: Number(states) };
}
