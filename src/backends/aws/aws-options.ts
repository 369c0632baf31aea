import type { OptionInfo } from '../backend.js';
import { oneOf } from '../shared/parse-options.js';
import { TRUST_OPTIONS, TRUST_READERS, type GivenTrust, trustOf, type TrustOptions } from '../wire/trust-options.js';
import { CONNECTIONS_OPTION, EXPECT_OPTION, parseConnections } from '../wire/usual-options.js';

export { listOf } from '../wire/usual-options.js';

/** What both services have in common. Plain data. */
export interface AwsOptions extends TrustOptions {
  /** Null: from the environment or the profile. */
  readonly region: string | null;
  readonly profile: string | null;
  /** Another address of the service: an emulator, a VPC endpoint. */
  readonly endpointUrl: string | null;
  /** Over all workers; null: as many as it takes. */
  readonly connections: number | null;
  readonly client: 'lean' | 'sdk';
}

export const AWS_READERS = {
  region: parseRegion,
  profile: textWithin(200),
  endpointUrl: parseEndpointUrl,
  connections: parseConnections,
  client: oneOf('lean', 'sdk'),
  ...TRUST_READERS,
} as const;

export const AWS_OPTIONS: readonly OptionInfo[] = [
  { name: 'region', value: 'REGION', summary: 'from the environment or the profile unless given' },
  { name: 'profile', value: 'NAME', summary: 'profile of the AWS configuration' },
  { name: 'endpointUrl', value: 'URL', summary: 'another address of the service: an emulator, a VPC endpoint' },
  CONNECTIONS_OPTION,
  { name: 'client', value: 'lean|sdk', summary: 'sdk: the client of the vendor, at many times the cost' },
  EXPECT_OPTION,
  ...TRUST_OPTIONS,
];

export function awsOptions(
  backend: string,
  given: Partial<Omit<AwsOptions, keyof TrustOptions>> & GivenTrust,
): AwsOptions {
  return {
    region: given.region ?? null,
    profile: given.profile ?? null,
    endpointUrl: given.endpointUrl ?? null,
    connections: given.connections ?? null,
    client: given.client ?? 'lean',
    ...trustOf(backend, given),
  };
}

/** Printable ASCII, as a header or a name of AWS may hold. */
export function textWithin(most: number): (text: string) => string {
  return (text) => {
    if (text.length > most || !/^[\x20-\x7e]+$/.test(text) || text.trim() !== text)
      throw new Error(`give 1 to ${String(most)} plain characters`);
    // The wire would put the index of the request in its place, after signing.
    if (text.includes('{seq}')) throw new Error('leave out {seq}: a signature covers the payload, not the request');
    return text;
  };
}

/** It becomes part of a host name. */
export function isRegion(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

function parseRegion(text: string): string {
  if (!isRegion(text)) throw new Error('give a region such as us-east-1');
  return text;
}

function parseEndpointUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new Error('give a URL such as http://127.0.0.1:5000');
  if (url.username + url.password + url.search + url.hash !== '')
    throw new Error('give scheme, host, port and path only');
  return url.href.replace(/\/$/, '');
}
