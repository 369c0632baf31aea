import { messageOf, UserError } from '../../errors.js';
import { encodeUri, type QueryField, type SigningScope } from './sigv4.js';

/** Where the calls go, and what they are signed for. */
export interface ServiceAddress {
  readonly origin: URL;
  /** Percent-encoded. */
  readonly path: string;
  /** Before encoding. */
  readonly query: readonly QueryField[];
  readonly scope: SigningScope;
}

/** A request as the vendor's client hands it to its transport. */
interface VendorRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** A transport that sends nothing and keeps what it was to send. */
export interface Interceptor {
  handle(request: VendorRequest): Promise<never>;
}

/** To sign what is never sent. */
export const PLACEHOLDER_CREDENTIALS = { accessKeyId: 'none', secretAccessKey: 'none' } as const;

/**
 * Asks the vendor's own client where a command would go and for which region and service it would be signed: it knows
 * the partitions, the regions of profiles, FIPS, dual stack and endpoints of the environment. Nothing is sent.
 */
export async function askAddress(
  backend: string,
  send: (transport: Interceptor) => Promise<unknown>,
): Promise<ServiceAddress> {
  let seen: VendorRequest | undefined;
  try {
    await send({
      handle(request) {
        seen = request;
        return Promise.reject(new Error('kept'));
      },
    });
  } catch (thrown) {
    if (seen === undefined) throw unknownAddress(backend, thrown);
  }
  if (seen === undefined) throw new Error('the client of the vendor sent nothing');
  return addressOf(seen);
}

/** One segment of a path. */
export function pathLabel(text: string): string {
  return encodeUri(text);
}

function unknownAddress(backend: string, thrown: unknown): UserError {
  const message = messageOf(thrown);
  if (message.includes('Region is missing'))
    return new UserError(`backend ${backend}: which region? give --set region=us-east-1 or set AWS_REGION`);
  return new UserError(
    `backend ${backend}: no address for the service (${message}); check region, profile and endpointUrl`,
  );
}

function addressOf({ protocol, hostname, port, path, query, headers }: VendorRequest): ServiceAddress {
  const fields = Object.entries(query).flatMap(([name, value]): QueryField[] =>
    (Array.isArray(value) ? value : [value ?? '']).map((one) => [name, one]),
  );
  return {
    origin: new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${String(port)}`}`),
    path,
    query: fields,
    scope: scopeOf(headers['authorization'] ?? ''),
  };
}

function scopeOf(authorization: string): SigningScope {
  const [, region, service] = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(authorization) ?? [];
  if (region === undefined || service === undefined)
    throw new Error('the client of the vendor signs in a way unknown here');
  return { region, service };
}
