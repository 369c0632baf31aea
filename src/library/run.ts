import { UserError } from '../errors.js';
import type { ReplayResult, Surroundings } from '../replay/replay.js';
import type { Trace } from '../trace.js';
import type { RunOptions, RunWorld } from './run-options.js';
import { traceInMemory } from './trace-in-memory.js';

export interface RunResult extends ReplayResult {
  /** What `replay run` would have exited with: 0, or by precedence 2, 130, 105, 96, 99. */
  readonly exitCode: number;
}

/**
 * `replay run` for programs: the same flags, defaults, run folder and report, and nothing is printed. Rejects with `UserError`,
 * whose message names the flag, where the command would exit with 2 before the start; then no folder is left.
 */
export async function run(options: RunOptions, world: RunWorld = {}): Promise<RunResult> {
  const [{ parsedRunFlags }, { openTrace }, { runRequest }, { exitCode }, { closeArrivals }, { replay }] =
    await Promise.all([
      import('../commands/parsed-run-flags.js'),
      import('../commands/open-trace.js'),
      import('../commands/run-request.js'),
      import('../commands/exit-code.js'),
      import('../trace-file/arrival-store.js'),
      import('../replay/replay.js'),
    ]);
  const { trace: given, ...rest } = options;
  const { flags, terms } = await parsedRunFlags(argumentsOf(rest));
  if (typeof given === 'object' && (flags.where ?? flags['payload-by']) !== undefined)
    throw new UserError('where and payloadBy are for a trace file; select the arrivals of a trace in memory yourself');
  const isOurs = typeof given === 'string' || given === undefined || 'atMs' in given;
  const trace = await traceOf(given, (source) => openTrace(source, flags));
  try {
    const result = await replay(runRequest(trace, flags, terms), surroundings(world));
    return { ...result, exitCode: exitCode(result) };
  } finally {
    // A trace that the caller read is the caller's to close.
    if (isOurs) closeArrivals(trace.store);
  }
}

async function traceOf(
  given: RunOptions['trace'],
  open: (source: string | undefined) => Promise<Trace>,
): Promise<Trace> {
  if (given === undefined || typeof given === 'string') return open(given);
  return 'atMs' in given ? traceInMemory(given) : given;
}

/** The options as arguments of `replay run`, which parses and checks them. */
function argumentsOf({ options = {}, tag = {}, ...flags }: Omit<RunOptions, 'trace'>): string[] {
  return [
    ...Object.entries(flags).flatMap(([name, value]) => listOf(value).flatMap((one) => argument(flagName(name), one))),
    ...Object.entries(options).flatMap(([name, value]) =>
      listOf(value).flatMap((one) => ['--set', `${name}=${String(one)}`]),
    ),
    ...Object.entries(tag).flatMap(([name, value]) => ['--tag', `${name}=${value}`]),
  ];
}

type Value = string | number | boolean;

function listOf(value: Value | readonly string[] | undefined): readonly Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly string[]) : [value as Value];
}

function argument(flag: string, value: Value): string[] {
  if (typeof value === 'boolean') return value ? [`--${flag}`] : flag === 'html' ? ['--no-html'] : [];
  if (typeof value === 'number' && !Number.isFinite(value)) throw new UserError(`--${flag}: give a finite number`);
  return [`--${flag}=${String(value)}`];
}

/** `maxInFlight`: `max-in-flight`. */
function flagName(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function surroundings({ signal, env, folder, say, onProgress }: RunWorld): Surroundings {
  return {
    folder: folder ?? process.cwd(),
    env: env ?? process.env,
    date: () => new Date(),
    stop: signal ?? new AbortController().signal,
    say: say ?? (() => undefined),
    onProgress: onProgress ?? (() => undefined),
  };
}
