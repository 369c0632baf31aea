import { UserError } from '../../errors.js';
import type { OptionInfo, RawOptions } from '../backend.js';
import { checkTokenIsSafe, isGoogleHost, parseServiceUrl } from '../google/google-hosts.js';
import { oneOf, parseOptions } from '../shared/parse-options.js';
import { expectOf, parseConnections, USUAL_OPTIONS, type UsualOptions } from '../wire/usual-options.js';
import {
  PUBLIC_TRUST_OPTIONS,
  TRUST_OPTIONS,
  TRUST_READERS,
  trustOf,
  type TrustOptions,
} from '../wire/trust-options.js';
import { type EndpointAddress, endpointAddress, parseDedicated } from './endpoint-address.js';

/** Plain data: crosses to the worker threads. */
export interface AiPlatformOptions extends EndpointAddress, UsualOptions, TrustOptions {
  readonly transport: 'rest' | 'grpc';
  readonly auth: 'access-token' | 'none';
  /** Null: that of the environment or the credentials. */
  readonly quotaProject: string | null;
  /** What its replicas run on, for the bill; null: not said. */
  readonly machine: string | null;
  /** JSON text; null: none. */
  readonly parameters: string | null;
  /** Over all workers; null: as many as it takes (rest), one for each worker (grpc). */
  readonly connections: number | null;
  /** Added by `setUp` for gRPC: the encoded payloads. */
  readonly messages?: readonly Uint8Array[];
}

const NAME = 'ai-platform';

export const PUBLIC_OPTIONS: readonly string[] = [
  'endpoint',
  'project',
  'region',
  'method',
  'dedicated',
  'endpointUrl',
  'transport',
  'machine',
  'auth',
  'quotaProject',
  'expect',
  'connections',
  ...PUBLIC_TRUST_OPTIONS,
];

export const AI_PLATFORM_OPTIONS: readonly OptionInfo[] = [
  { name: 'endpoint', value: 'ID', summary: 'an id, or projects/P/locations/R/endpoints/ID' },
  { name: 'project', value: 'PROJECT', summary: 'the id or number of the project' },
  { name: 'region', value: 'REGION', summary: 'such as us-central1' },
  { name: 'method', value: 'predict|rawPredict', summary: 'predict unless given' },
  { name: 'dedicated', value: 'HOST', summary: 'the dedicated DNS name of the endpoint' },
  { name: 'endpointUrl', value: 'URL', summary: 'another service address than REGION-aiplatform.googleapis.com' },
  { name: 'url', value: 'URL', summary: 'the whole address of the call, in place of all those' },
  { name: 'transport', value: 'rest|grpc', summary: 'rest unless given; grpc needs @google-cloud/aiplatform' },
  {
    name: 'machine',
    value: 'TYPE[+GPU]',
    summary: 'for the bill, in place of what the probe reports: such as n1-standard-8+t4',
  },
  {
    name: 'auth',
    value: 'access-token|none',
    summary: 'access-token for https hosts of Google unless given, else none',
  },
  {
    name: 'quotaProject',
    value: 'PROJECT',
    summary: 'whose quota and bill; GOOGLE_CLOUD_QUOTA_PROJECT, else that of the credentials',
  },
  { name: 'parameters', value: 'JSON', summary: 'the parameters of predict' },
  ...USUAL_OPTIONS,
  ...TRUST_OPTIONS,
];

/** Throws `UserError`. */
export function parseAiPlatformOptions(raw: RawOptions): AiPlatformOptions {
  const { expect, ...single } = raw;
  const given = parseOptions(NAME, single, {
    endpoint: String,
    project: String,
    region: String,
    method: oneOf('predict', 'rawPredict'),
    dedicated: parseDedicated,
    endpointUrl: parseServiceUrl,
    url: parseServiceUrl,
    transport: oneOf('rest', 'grpc'),
    auth: oneOf('access-token', 'none'),
    quotaProject: parseProject,
    parameters: parseParameters,
    machine: parseMachine,
    connections: parseConnections,
    ...TRUST_READERS,
  });
  const address = endpointAddress(given);
  const auth = given.auth ?? (isGoogleHost(new URL(address.url)) ? 'access-token' : 'none');
  const options: AiPlatformOptions = {
    ...address,
    transport: given.transport ?? 'rest',
    auth,
    quotaProject: given.quotaProject ?? null,
    parameters: given.parameters ?? null,
    machine: given.machine ?? null,
    expect: expectOf(expect),
    connections: given.connections ?? null,
    ...trustOf(NAME, given),
  };
  checkCombination(options, expect !== undefined);
  return options;
}

function parseParameters(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    throw new Error('give JSON, such as {"threshold": 0.5}');
  }
  return text;
}

function checkCombination(
  { url, controlUrl, name, method, auth, parameters, transport }: AiPlatformOptions,
  expects: boolean,
): void {
  if (auth !== 'none') for (const each of [url, controlUrl]) if (each !== null) checkTokenIsSafe(NAME, new URL(each));
  if (parameters !== null && method === 'rawPredict') {
    throw new UserError(`backend ${NAME}: parameters are for predict; put them into the payload, or leave them out`);
  }
  if (transport === 'rest') return;
  if (expects) throw new UserError(`backend ${NAME}: transport=grpc has no status or body to expect; leave expect out`);
  if (name === null)
    throw new UserError(`backend ${NAME}: transport=grpc needs an endpoint; give it with --set endpoint=`);
}

function parseProject(text: string): string {
  if (!/^[a-z0-9][a-z0-9.:-]{0,99}$/.test(text)) throw new Error('give the id of a project');
  return text;
}

function parseMachine(text: string): string {
  if (!/^[a-z0-9-]{2,40}(\+[a-z0-9-]{1,20})?$/.test(text))
    throw new Error('give a machine type such as n1-standard-8+t4');
  return text;
}
