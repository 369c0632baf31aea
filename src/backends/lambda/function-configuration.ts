import type { SetUp } from '../backend.js';
import { messageOf, printable } from '../../errors.js';
import { serviceConfig } from '../aws/aws-vendor-config.js';
import type { LambdaOptions } from './lambda-options.js';
import { loadLambda } from './open-lambda.js';

const PATIENCE_MS = 5000;

type Ends = Pick<SetUp, 'signal' | 'timeoutMs'>;

/** What the bill depends on; undefined where the service did not tell. */
interface Configuration {
  readonly memoryMb: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly architecture: 'x86_64' | 'arm64' | undefined;
  /** A container image or a custom runtime, whose start was billed even before August 2025. */
  readonly startsBilled: boolean;
}

/**
 * The options with what the configuration of the function says about its bill; an option that the user gave stays. The notes
 * say what the bill is based on. A configuration that cannot be read is no reason not to run: a note says so.
 */
export async function withConfiguration(
  options: LambdaOptions,
  ends: Ends,
): Promise<{ readonly options: LambdaOptions; readonly notes: readonly string[] }> {
  if (options.target.kind === 'url' || options.auth === 'none') return { options, notes: [] };
  let found: Configuration;
  try {
    found = await configurationOf(options, options.target, ends);
  } catch (thrown) {
    const why = printable(messageOf(thrown), 200);
    return {
      options,
      notes: [`The configuration of the function could not be read, on which its bill depends (${why}).`],
    };
  }
  const { memoryMb, timeoutMs, architecture } = found;
  return {
    options: {
      ...options,
      memoryMb: options.memoryMb ?? memoryMb ?? null,
      timeoutMs: options.timeoutMs ?? timeoutMs ?? null,
      architecture: options.architecture ?? architecture ?? null,
      startsBilled: found.startsBilled,
    },
    notes: notesOf(options, found),
  };
}

async function configurationOf(
  options: LambdaOptions,
  target: LambdaOptions['target'] & { readonly kind: 'invoke' },
  { signal, timeoutMs = Infinity }: Ends,
): Promise<Configuration> {
  const { LambdaClient, GetFunctionConfigurationCommand } = await loadLambda();
  const client = new LambdaClient(serviceConfig(options));
  const { function: FunctionName, qualifier } = target;
  const command = new GetFunctionConfigurationCommand({
    FunctionName,
    ...(qualifier === null ? {} : { Qualifier: qualifier }),
  });
  try {
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(Math.min(timeoutMs, PATIENCE_MS)))]);
    const { MemorySize, Timeout, Architectures, PackageType, Runtime } = await client.send(command, { abortSignal });
    return {
      memoryMb: positive(MemorySize),
      timeoutMs: positive(Timeout === undefined ? undefined : Timeout * 1000),
      architecture: (['x86_64', 'arm64'] as const).find((known) => known === Architectures?.[0]),
      startsBilled: PackageType === 'Image' || Runtime?.startsWith('provided') === true,
    };
  } finally {
    client.destroy();
  }
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 && value < Infinity ? value : undefined;
}

function notesOf(given: LambdaOptions, { memoryMb, architecture }: Configuration): readonly string[] {
  const parts = [memoryMb === undefined ? '' : `${String(memoryMb)} MB`, architecture ?? ''].filter(
    (part) => part !== '',
  );
  const basis = parts.length === 0 ? [] : [`The configuration of the function says ${parts.join(', ')}.`];
  const differs = architecture !== undefined && given.architecture !== null && given.architecture !== architecture;
  return differs ? [...basis, `It is billed as ${given.architecture}, as the option architecture says.`] : basis;
}
