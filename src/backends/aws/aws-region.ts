import { messageOf, printable, UserError } from '../../errors.js';
import { type AwsOptions, isRegion } from './aws-options.js';

type Env = Readonly<Record<string, string | undefined>>;

/** In the order in which they count, as for the command line of AWS. */
const VARIABLES = ['AWS_REGION', 'AWS_DEFAULT_REGION'] as const;

/**
 * The options with the region that calls go to: the one given, else the environment's, else the profile's, which
 * `ofProfile` asks the vendor's package for. Prices depend on it. Throws `UserError` where there is none or it is malformed.
 */
export async function withRegion<O extends AwsOptions>(
  backend: string,
  options: O,
  env: Env,
  ofProfile: (options: O) => Promise<string>,
): Promise<O> {
  const known = withEnvironmentRegion(backend, options, env);
  if (known.region !== null) return known;
  const region = await ofProfile(known).catch((thrown: unknown) => {
    throw unusable(backend, thrown);
  });
  if (!isRegion(region))
    throw new UserError(
      `backend ${backend}: the AWS profile has the region ${quoted(region)}; correct it to one such as us-east-1`,
    );
  return { ...known, region };
}

/** The same without a look at the profile. */
export function withEnvironmentRegion<O extends AwsOptions>(backend: string, options: O, env: Env): O {
  if (options.region !== null) return options;
  const name = VARIABLES.find((one) => (env[one] ?? '') !== '');
  const region = name === undefined ? '' : (env[name] ?? '');
  if (name === undefined) return options;
  if (!isRegion(region))
    throw new UserError(`backend ${backend}: ${name} is ${quoted(region)}; set it to a region such as us-east-1`);
  return { ...options, region };
}

function unusable(backend: string, thrown: unknown): UserError {
  const message = messageOf(thrown);
  if (message.includes('Region is missing'))
    return new UserError(`backend ${backend}: which region? give --set region=us-east-1 or set AWS_REGION`);
  return new UserError(
    `backend ${backend}: no region (${printable(message, 200)}); correct the profile, or set AWS_REGION`,
  );
}

/** With its line breaks and spaces visible. */
function quoted(text: string): string {
  return printable(JSON.stringify(text), 60);
}
