import { headerKey } from '../text/header-key.js';
import type { OptionInfo, RawOptions } from '../backends/backend.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The options of a backend with those added that the environment gives as `REPLAY_<BACKEND>_<OPTION>`
 * (`REPLAY_SAGEMAKER_ENDPOINT`, `REPLAY_LAMBDA_ENDPOINT_URL`); what was given outright goes before them.
 */
export function withEnvironment(
  backend: string,
  known: readonly OptionInfo[],
  given: RawOptions,
  env: Environment,
): RawOptions {
  const fromEnv = known.flatMap(({ name }) => {
    const value = env[environmentName(backend, name)];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(fromEnv), ...given, ...mergedHeaders(Object.fromEntries(fromEnv), given) };
}

/** Headers are merged by name. */
function mergedHeaders({ header: inEnvironment }: RawOptions, { header: outright }: RawOptions): RawOptions {
  if (inEnvironment === undefined || outright === undefined) return {};
  const given = [outright].flat();
  const names = new Set(given.map(headerKey));
  return { header: [...[inEnvironment].flat().filter((text) => !names.has(headerKey(text))), ...given] };
}

export function environmentName(backend: string, option: string): string {
  const words = `${backend}-${option}`.replace(/([a-z0-9])([A-Z])/g, '$1-$2');
  return `REPLAY_${words.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}`;
}
