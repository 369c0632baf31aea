import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Aws4Request {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly service: string;
  readonly region: string;
  readonly headers: Record<string, string>;
  readonly body?: Uint8Array;
}

/** A signer written by others: it has no types of its own. */
export const aws4 = createRequire(import.meta.url)('aws4') as {
  sign(
    request: Aws4Request,
    credentials: Credentials,
  ): { readonly headers: Record<string, string>; readonly path: string };
};

export interface Seen {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface FakeAws {
  readonly url: string;
  /** The calls that are measured, without the questions about what is configured and provisioned. */
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

/**
 * A service of AWS on loopback: it answers what `answer` says. With `accepts`, it checks the signature of each request as the
 * service would (signed by aws4 from what arrived) and refuses, telling what it signed, when none of these keys made it.
 * `nth` counts the measured calls; it is -1 for the others.
 */
export async function startFakeAws(
  answer: (seen: Seen, nth: number) => FakeAnswer,
  accepts?: () => readonly Credentials[],
): Promise<FakeAws> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = seenOf(request, Buffer.concat(chunks));
      const isControl = one.method === 'GET' || one.headers['x-amz-target'] !== undefined;
      if (!isControl) seen.push(one);
      const isRefused = accepts !== undefined && !accepts().some((credentials) => isSignedBy(one, credentials));
      if (isRefused) reply(response, refusal(one));
      else reply(response, isControl ? toldOf(() => answer(one, -1)) : answer(one, seen.length - 1));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** A service that knows only its calls says nothing about what is configured. */
function toldOf(answer: () => FakeAnswer): FakeAnswer {
  try {
    return answer();
  } catch {
    return {};
  }
}

function seenOf({ method = '', url = '', headers }: IncomingMessage, body: Buffer): Seen {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return { method, target: url, headers: Object.fromEntries(texts), body };
}

function reply(response: ServerResponse, { status = 200, headers = {}, body = '{}' }: FakeAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': 'r-1', ...headers });
  response.end(body);
}

/** Whether the request was signed with this key, judged by aws4 from what arrived. */
export function isSignedBy(seen: Seen, credentials: Credentials): boolean {
  const authorization = seen.headers['authorization'] ?? '';
  const [, key, region = '', service = '', names = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=/.exec(
      authorization,
    ) ?? [];
  if (key !== credentials.accessKeyId) return false;
  if (seen.headers['x-amz-security-token'] !== credentials.sessionToken) return false;
  const ageMs = Math.abs(Date.now() - Date.parse(isoOf(seen.headers['x-amz-date'] ?? '')));
  if (!(ageMs < 300_000)) return false;
  const headers = Object.fromEntries(names.split(';').map((name) => [name, seen.headers[name] ?? '']));
  if (seen.headers['x-amz-content-sha256'] !== createHash('sha256').update(seen.body).digest('hex')) return false;
  const { method, target: path } = seen;
  const host = seen.headers['host'] ?? '';
  // Without a body aws4 adds no headers, and takes the hash and the date from those that arrived.
  const again = aws4.sign({ method, host, path, service, region, headers }, credentials);
  return again.headers['Authorization'] === authorization;
}

function isoOf(date: string): string {
  return date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
}

/** As AWS words it: with the whole request, session token included. */
function refusal({ method, target, headers }: Seen): FakeAnswer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const canonical = [method, target, '', ...lines].join('\n');
  const message = `The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n'${canonical}'`;
  return {
    status: 403,
    headers: { 'x-amzn-errortype': 'InvalidSignatureException' },
    body: JSON.stringify({ message }),
  };
}

/** The header of a function's log tail that ends in a REPORT line. */
export function logTail(report: {
  readonly durationMs: number;
  readonly billedMs: number;
  readonly initMs?: number;
}): Record<string, string> {
  const init = report.initMs === undefined ? '' : `\tInit Duration: ${String(report.initMs)} ms`;
  const log = `START RequestId: r-1 Version: $LATEST\nhello\nEND RequestId: r-1\nREPORT RequestId: r-1\tDuration: ${String(report.durationMs)} ms\tBilled Duration: ${String(report.billedMs)} ms\tMemory Size: 2048 MB\tMax Memory Used: 180 MB${init}\t\n`;
  return { 'x-amz-log-result': Buffer.from(log).toString('base64') };
}

export const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'planted-secret-key-8f1c',
  sessionToken: 'planted-session-token-27ab',
} as const;

/** Lets no profile, instance or proxy of this machine into a test, and gives it these keys. */
export function isolateAws(credentials: Credentials = CREDENTIALS): void {
  for (const name of Object.keys(process.env))
    if (name.startsWith('AWS_') || /^(https?|all|no)_proxy$/i.test(name)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, awsVariables(credentials));
}

/** What leads to these keys and to nothing of this machine. */
export function awsVariables(credentials: Credentials = CREDENTIALS): Record<string, string> {
  return {
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
  };
}
