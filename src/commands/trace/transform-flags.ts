import { Args, Command, type Interfaces } from '@oclif/core';
import { basename } from 'node:path';
import { counted } from '../../text/counted.js';
import type { Traffic, Transformed } from '../../transform/traffic.js';
import type { Target } from '../../transform/write-traffic.js';
import { outputFile, outputFlag } from '../output-flag.js';
import { textFlag, wholeNumber } from '../text-flag.js';
import { TRACE_FLAGS } from '../trace-flags.js';

/** The flags of every command that reads a trace and writes another. */
export const TRANSFORM_FLAGS = {
  output: outputFlag(', or .parquet'),
  column: TRACE_FLAGS.column,
  unit: TRACE_FLAGS.unit,
  where: TRACE_FLAGS.where,
};

export const TRANSFORM_ARGS = {
  trace: Args.string({ required: true, description: 'the trace, or - for standard input' }),
};

export const SEED_FLAG = textFlag(
  'seed',
  wholeNumber(0, Number.MAX_SAFE_INTEGER),
)({ default: 1, description: 'seed of the draws' });

type TransformFlags = Interfaces.InferredFlags<typeof TRANSFORM_FLAGS>;

export interface Written {
  readonly to?: Target | undefined;
  readonly url?: string | undefined;
  readonly stepMs?: number | undefined;
  /** The trace keeps no history. */
  readonly forgets?: boolean;
}

/** Reads the traces, changes them, and writes what came of it; says on standard error what was done. Throws `UserError`. */
export async function transformed(
  command: Command,
  sources: readonly string[],
  { output: given, column, unit, where }: TransformFlags,
  change: (traces: readonly Traffic[]) => Transformed,
  { to, url, stepMs, forgets = false }: Written = {},
): Promise<void> {
  const output = outputFile(given);
  const { readTraffic } = await import('../../transform/traffic.js');
  const { writeTraffic } = await import('../../transform/write-traffic.js');
  const traces: Traffic[] = [];
  let made: Transformed | undefined;
  try {
    for (const source of sources)
      traces.push(await readTraffic(source, { stdin: process.stdin, ...times(column, unit) }));
    const { countOf, matching } = await import('../../transform/transforms.js');
    made = change(where === undefined ? traces : traces.map((trace) => matching(trace, where)));
    const history = `${command.id?.replace(/^trace /, '') ?? ''} ${historyWords(command.argv, sources).join(' ')}`;
    await writeTraffic(made, {
      ...{ output: output ?? process.stdout, source: sources[0] ?? '-' },
      ...(forgets ? {} : { history }),
      ...(to === undefined ? {} : { to }),
      ...(url === undefined ? {} : { url }),
      ...(stepMs === undefined ? {} : { stepMs }),
    });
    command.logToStderr(
      `${output ?? 'standard output'}: ${counted(countOf(made), 'arrival')} in ${String(made.durationMs / 1000)} s`,
    );
    for (const line of made.says) command.logToStderr(line);
  } finally {
    if (made === undefined) for (const trace of traces) trace.close();
    else made.close();
  }
}

function times(column: string | undefined, unit: string | undefined): { column?: string; unit?: 'ms' } {
  return { ...(column === undefined ? {} : { column }), ...(unit === undefined ? {} : { unit: unit as 'ms' }) };
}

/** What was typed, without the folders of this machine. */
export function historyWords(argv: readonly string[], sources: readonly string[]): string[] {
  const at = argv.findIndex((word) => /^(-o|--output)$/.test(word));
  const words = at < 0 ? [...argv] : [...argv.slice(0, at), ...argv.slice(at + 2)];
  return words
    .filter((word) => !/^(-o.+|--output=.*)$/.test(word))
    .map((word) => (sources.includes(word) ? basename(word) : word));
}
