import { Args, Command, Flags, type Interfaces } from '@oclif/core';
import { tmpdir } from 'node:os';
import { printable, UserError } from '../../errors.js';
import { nameDefect } from '../../trace-file/column-rules.js';
import type { ColumnType } from '../../trace.js';
import type { ImportOptions } from '../../import/import-trace.js';
import { parseDurationMs, parseLengthMs } from '../../text/quantities.js';
import { outputFile, outputFlag } from '../output-flag.js';
import { SUMMARIES } from '../summaries.js';
import { textFlag, wholeNumber } from '../text-flag.js';
import { TRACE_FLAGS } from '../trace-flags.js';
import { historyWords } from './transform-flags.js';

const FLAGS = {
  output: outputFlag(),
  format: Flags.string({
    description: 'the format of the file, where it is not recognised; docs/import.md lists them',
  }),
  'time-column': Flags.string({ description: 'a table: the column with the times' }),
  unit: Flags.string({ options: ['ms', 's', 'us', 'ns'], description: 'a table: the unit of the times' }),
  'duration-column': Flags.string({
    description: 'a table: the column with the durations, in s unless its name ends in another unit',
  }),
  'payload-column': Flags.string({ description: 'a table: the column with the bodies, which become payloads' }),
  keep: Flags.string({
    multiple: true,
    description:
      'keep this column of the source; NAME=AS renames it, NAME:number (text, boolean, numbers) says its type',
  }),
  requests: Flags.boolean({ description: 'logs: make payloads of the methods and paths, which backend http sends' }),
  stamp: Flags.string({
    options: ['start', 'end'],
    description: 'the times are when requests started, or when they ended',
  }),
  timezone: Flags.string({
    default: 'UTC',
    description: 'of times that do not say theirs, such as Europe/Berlin or +02:00',
  }),
  within: Flags.string({
    options: ['uniform', 'start', 'none'],
    default: 'uniform',
    description: 'where arrivals lie within the resolution of a coarse clock, or the window of a count',
  }),
  resolution: textFlag(
    'resolution',
    parseLengthMs,
  )({ description: 'the resolution of the clock, such as 3s, in place of the one found' }),
  failed: Flags.string({
    options: ['keep', 'drop'],
    default: 'keep',
    description: 'what becomes of requests that failed in the source',
  }),
  'skip-bad': Flags.boolean({ description: 'leave out rows that cannot be read, and count them' }),
  rebase: Flags.boolean({ description: 'the trace begins with its first arrival' }),
  from: textFlag(
    'from',
    parseDurationMs,
  )({ default: 0, description: 'begin here, counted from the start of the trace' }),
  to: textFlag('to', parseDurationMs)({ description: 'end here' }),
  where: TRACE_FLAGS.where,
  seed: textFlag('seed', wholeNumber(0, Number.MAX_SAFE_INTEGER))({ default: 1, description: 'seed of --within' }),
  name: Flags.string({ description: 'name of the trace; that of the file unless given' }),
};

/** `replay trace import FILE`: a trace from an access log, a public data set or a table with a column of times. */
export class TraceImport extends Command {
  static override summary = SUMMARIES['trace import'];
  static override description =
    'The format is recognised by its header or first lines; what was found, and what was done with it, goes to standard error. ' +
    'Compressed files (.gz) are read, too.';
  static override examples = [
    '<%= config.bin %> trace import access.log -o trace.json',
    "<%= config.bin %> trace import access.log --where 'status < 500' --failed drop -o good.json",
    '<%= config.bin %> trace import log.csv --time-column ts --keep model -o trace.jsonl.gz',
  ];
  static override args = { input: Args.string({ required: true, description: 'the file, or - for standard input' }) };
  static override flags = FLAGS;

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceImport);
    const options = optionsOf(flags);
    const { importTrace } = await import('../../import/import-trace.js');
    const { closeArrivals } = await import('../../trace-file/arrival-store.js');
    const { importText } = await import('../../import/import-text.js');
    const { writeImported } = await import('../../import/write-imported.js');
    const imported = await importTrace(args.input, options);
    try {
      await writeImported(
        imported,
        { name: flags.name, argv: historyWords(this.argv, [args.input]) },
        outputFile(flags.output) ?? process.stdout,
      );
    } finally {
      closeArrivals(imported.stored.store);
    }
    for (const line of importText(args.input, imported, options)) this.logToStderr(line);
  }
}

function optionsOf(flags: Interfaces.InferredFlags<typeof FLAGS>): ImportOptions {
  const { from, to = Infinity } = flags;
  if (from >= to) throw new UserError('--to must lie behind --from');
  return {
    ...present('format', flags.format),
    ...present('timeColumn', flags['time-column']),
    ...present('unit', flags.unit as ImportOptions['unit']),
    ...present('durationColumn', flags['duration-column']),
    ...present('payloadColumn', flags['payload-column']),
    ...present('where', flags.where),
    ...present('stamp', flags.stamp as ImportOptions['stamp']),
    ...present('resolutionNs', flags.resolution === undefined ? undefined : Math.round(flags.resolution * 1e6)),
    keep: (flags.keep ?? []).map(keptColumn),
    requests: flags.requests,
    timezone: flags.timezone,
    within: flags.within as ImportOptions['within'],
    failed: flags.failed as ImportOptions['failed'],
    skipBad: flags['skip-bad'],
    rebase: flags.rebase,
    ...{ fromMs: from, toMs: to, seed: flags.seed, spoolDir: tmpdir(), stdin: process.stdin },
  };
}

/** `NAME`, `NAME=AS`, each with `:number` or another type behind. */
function keptColumn(text: string): ImportOptions['keep'][number] {
  const [, names = text, type] = /^(.*):(number|text|boolean|numbers)$/s.exec(text) ?? [];
  const [from = '', as = from] = names.split('=');
  const defect = nameDefect(as);
  if (defect !== undefined) throw new UserError(`--keep ${printable(text, 60)}: ${defect}; --keep NAME=AS renames it`);
  return { from, as, ...present('type', type as ColumnType | undefined) };
}

function present<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}
