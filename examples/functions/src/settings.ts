import { RUNTIMES, type RuntimeName } from './import-runtime.js';
import { parseModelSource, type ModelSource } from './model-source.js';

/**
 * How a cold start goes. `sequential`: one stage after the other, as most functions do it. `parallel-1`: the download runs
 * while the library is imported. `parallel-2`: so it does, in slices that travel at once.
 */
export const VARIANTS = ['sequential', 'parallel-1', 'parallel-2'] as const;
export type Variant = (typeof VARIANTS)[number];

export interface Settings {
  readonly source: ModelSource;
  readonly runtime: RuntimeName;
  readonly variant: Variant;
  readonly sliceBytes: number;
  /** Of ONNX Runtime; 0: one for each CPU. */
  readonly threads: number;
  /** Configured; undefined: not said. */
  readonly memoryMb: number | undefined;
}

/** From the function's environment. Throws an Error that names the variable. */
export function readSettings(env: NodeJS.ProcessEnv, folder: string): Settings {
  const memory = env['MEMORY_MB'] ?? env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? env['FUNCTION_MEMORY_MB'];
  return {
    source: parseModelSource(env['MODEL'] ?? 'model.onnx', folder, env['AWS_REGION'] ?? 'us-east-1'),
    runtime: oneOf('RUNTIME', RUNTIMES, env),
    variant: oneOf('COLD_START', VARIANTS, env),
    sliceBytes: wholeNumber('SLICE_MB', 1, 1024, env['SLICE_MB'] ?? '4') * 2 ** 20,
    threads: wholeNumber('THREADS', 0, 64, env['THREADS'] ?? '0'),
    memoryMb: memory === undefined ? undefined : wholeNumber('MEMORY_MB', 1, 1_048_576, memory),
  };
}

/** The first unless the variable says otherwise. */
function oneOf<T extends string>(name: string, known: readonly [T, ...T[]], env: NodeJS.ProcessEnv): T {
  const given = env[name] ?? known[0];
  const found = known.find((one) => one === given);
  if (found === undefined) throw new Error(`${name}=${given}: give ${known.join(' or ')}`);
  return found;
}

function wholeNumber(name: string, least: number, most: number, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new Error(`${name}=${text}: give a whole number from ${String(least)} to ${String(most)}`);
  return value;
}
