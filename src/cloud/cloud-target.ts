import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';

/** What a cloud is asked about. */
export type CloudTarget =
  | (AwsPlace & {
      readonly kind: 'lambda';
      readonly function: string;
      readonly qualifier: string | null;
      readonly logGroup: string;
    })
  | (AwsPlace & { readonly kind: 'sagemaker'; readonly endpoint: string; readonly variant: string | null })
  | (GooglePlace & { readonly kind: 'cloud-run'; readonly service: string })
  | (GooglePlace & { readonly kind: 'cloud-function'; readonly function: string })
  | (GooglePlace & { readonly kind: 'vertex'; readonly endpoint: string });

/** Null: from the environment or the profile. */
export interface AwsPlace {
  readonly region: string | null;
  readonly profile: string | null;
}

export interface GooglePlace {
  /** Id or number. */
  readonly project: string;
  /** Null: any. */
  readonly region: string | null;
}

/** Facts that name the target: the options of the run, and what the user says besides. */
type Facts = Readonly<Record<string, string | undefined>>;

/** What `--collect-set` may say, by backend. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  lambda: ['function', 'qualifier', 'logGroup', 'region', 'profile'],
  sagemaker: ['endpoint', 'variant', 'region', 'profile'],
  'cloud-functions': ['service', 'function', 'project', 'region'],
  'ai-platform': ['endpoint', 'project', 'region'],
};

/** Refuses a backend without a cloud, and settings that it does not know. Throws `UserError`. */
export function checkCollecting(backend: string, settings: Facts): void {
  const known = SETTINGS[backend];
  if (known === undefined)
    throw new UserError(
      `--collect cloud reads the meters of ${Object.keys(SETTINGS).join(', ')}; backend ${printable(backend, 60)} has none`,
    );
  for (const key of Object.keys(settings)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    throw new UserError(
      `--collect-set ${printable(key, 60)}: backend ${backend} knows ${known.join(', ')} there${hint}`,
    );
  }
}

/** What the run was against. `env` may name the project. Throws `UserError` that says what to give. */
export function cloudTarget(backend: string, options: Facts, settings: Facts, env: Facts): CloudTarget {
  checkCollecting(backend, settings);
  const told: Facts = { ...options, ...settings };
  switch (backend) {
    case 'lambda':
      return lambdaTarget(told);
    case 'sagemaker':
      return { kind: 'sagemaker', endpoint: need(told, 'endpoint'), variant: told['variant'] ?? null, ...aws(told) };
    case 'cloud-functions':
      return functionTarget(told, settings, env);
    default:
      return vertexTarget(told, env);
  }
}

/** `name`, `name:alias`, `123456789012:function:name`, or an ARN with or without a qualifier. */
function lambdaTarget(told: Facts): CloudTarget {
  const given = need(told, 'function');
  const [name = '', ofName] = (given.split(':function:').at(-1) ?? '').split(':');
  const region = /^arn:[a-z0-9-]+:lambda:([a-z0-9-]+):/.exec(given)?.[1];
  return {
    kind: 'lambda',
    function: name,
    qualifier: told['qualifier'] ?? ofName ?? null,
    logGroup: told['logGroup'] ?? `/aws/lambda/${name}`,
    ...aws(told),
    ...(told['region'] === undefined && region !== undefined ? { region } : {}),
  };
}

function aws(told: Facts): AwsPlace {
  return { region: told['region'] ?? null, profile: told['profile'] ?? null };
}

/** `https://SERVICE-NUMBER.REGION.run.app`, or `https://SERVICE-HASH-xx.a.run.app`, which tells neither project nor region. */
const RUN_HOST = /^([a-z][a-z0-9-]*)-(\d{6,20})\.([a-z0-9-]+)\.run\.app$/;
const OLD_RUN_HOST = /^([a-z][a-z0-9-]*)-[a-z0-9]{10}-[a-z]{2}\.a\.run\.app$/;
const FUNCTIONS_HOST = /^([a-z]+-[a-z]+\d+)-([a-z][a-z0-9-]+)\.cloudfunctions\.net$/;

function functionTarget(told: Facts, settings: Facts, env: Facts): CloudTarget {
  const url = told['url'] !== undefined && URL.canParse(told['url']) ? new URL(told['url']) : undefined;
  const host = url?.hostname ?? '';
  const [, service = OLD_RUN_HOST.exec(host)?.[1], number, runRegion] = RUN_HOST.exec(host) ?? [];
  const [, hostRegion = runRegion, hostProject = number] = FUNCTIONS_HOST.exec(host) ?? [];
  const pathName = host.endsWith('.cloudfunctions.net') ? url?.pathname.split('/')[1] : undefined;
  const place = google(told, env, { project: hostProject, region: hostRegion });
  const isFirst = settings['function'] !== undefined || isFirstGeneration(told, host);
  if (isFirst && settings['service'] === undefined)
    return {
      kind: 'cloud-function',
      function: need({ ...told, function: told['function'] ?? pathName }, 'function'),
      ...place,
    };
  // The service of a function of the 2nd generation has its name, with hyphens.
  const functionName = (told['function'] ?? pathName)?.toLowerCase().replaceAll('_', '-');
  return {
    kind: 'cloud-run',
    service: need({ service: settings['service'] ?? service ?? functionName }, 'service'),
    ...place,
  };
}

function isFirstGeneration({ generation, url }: Facts, host: string): boolean {
  return generation === undefined ? url === undefined || host.endsWith('.cloudfunctions.net') : generation === '1';
}

const ENDPOINT = /projects\/([^/\s]+)\/locations\/([^/\s]+)\/endpoints\/([^/\s:]+)/;

function vertexTarget(told: Facts, env: Facts): CloudTarget {
  const named = told['endpoint'] ?? told['url'] ?? '';
  const [, project, region, id = told['endpoint']] = ENDPOINT.exec(named) ?? [];
  return { kind: 'vertex', endpoint: need({ endpoint: id }, 'endpoint'), ...google(told, env, { project, region }) };
}

function google(
  told: Facts,
  env: Facts,
  implied: { readonly project: string | undefined; readonly region: string | undefined },
): GooglePlace {
  const project = told['project'] ?? implied.project ?? env['GOOGLE_CLOUD_PROJECT'];
  const region = told['region'] ?? implied.region ?? null;
  return { project: need({ project }, 'project'), region: region === null ? null : plain(region, 'region') };
}

function need(told: Facts, key: string): string {
  const value = told[key];
  if (value === undefined || value === '')
    throw new UserError(`--collect cloud: the run does not say its ${key}; give --collect-set ${key}=NAME`);
  return plain(value, key);
}

/** It becomes part of an address, a filter or a name. */
function plain(text: string, key: string): string {
  if (/^[\w.:/$@-]{1,256}$/.test(text)) return text;
  throw new UserError(`--collect cloud: the ${key} has characters that no name has; give --collect-set ${key}=NAME`);
}

/** For the report. */
export function subjectOf(target: CloudTarget): string {
  const where = target.region === null ? '' : ` in ${target.region}`;
  switch (target.kind) {
    case 'lambda':
      return `function ${target.function}${target.qualifier === null ? '' : `:${target.qualifier}`}${where}`;
    case 'sagemaker':
      return `endpoint ${target.endpoint}${target.variant === null ? '' : `, variant ${target.variant}`}${where}`;
    case 'cloud-run':
      return `service ${target.service} of project ${target.project}${where}`;
    case 'cloud-function':
      return `function ${target.function} of project ${target.project}${where}`;
    case 'vertex':
      return `endpoint ${target.endpoint} of project ${target.project}${where}`;
  }
}
