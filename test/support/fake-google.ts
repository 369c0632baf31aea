import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createHttpsServer } from 'node:https';
import { makeCertificate } from '../backends/wire/certificate.js';

/** A token as it was handed out. */
interface Issued {
  readonly text: string;
  readonly expiresMs: number;
  /** Of an ID token. */
  readonly audience?: string;
}

export interface TokenIssuer {
  /** Of every token so far. */
  readonly issued: readonly Issued[];
  /** Whether this header holds a token of ours that is valid now, or was this long ago, and for this audience. */
  accepts(authorization: string | undefined, audience?: string, graceMs?: number): boolean;
  close(): Promise<void>;
}

export interface MetadataServer extends TokenIssuer {
  /** To be put into the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** While set, every request is answered with this status. */
  refuseWith?: number;
}

/** A stand-in for Google's metadata server, whose tokens live this many seconds. */
export async function serveMetadata(lifeSeconds: number): Promise<MetadataServer> {
  const tokens = createTokens();
  const { port, close } = await serveHttp((request, response) => {
    response.setHeader('metadata-flavor', 'Google');
    const url = new URL(request.url ?? '/', 'http://metadata');
    if (metadata.refuseWith !== undefined) response.writeHead(metadata.refuseWith).end('no');
    else if (url.pathname.endsWith('/default/token')) {
      response.setHeader('content-type', 'application/json');
      const access_token = tokens.access(lifeSeconds);
      response.end(JSON.stringify({ access_token, expires_in: lifeSeconds, token_type: 'Bearer' }));
    } else if (url.pathname.endsWith('/default/identity')) {
      response.end(tokens.id(lifeSeconds, url.searchParams.get('audience') ?? ''));
    } else if (url.pathname.endsWith('/universe-domain')) response.end('googleapis.com');
    else response.end('x');
  });
  const env = { GCE_METADATA_HOST: `127.0.0.1:${String(port)}`, METADATA_SERVER_DETECTION: 'assume-present' };
  const metadata: MetadataServer = { env, issued: tokens.issued, accepts: tokens.accepts, close };
  return metadata;
}

export function createTokens() {
  const issued: Issued[] = [];
  const nth = (): string => `${String(issued.length)}-${'planted'.repeat(20)}`;
  return {
    issued,
    access(lifeSeconds: number): string {
      const text = `ya29.${nth()}`;
      issued.push({ text, expiresMs: Date.now() + lifeSeconds * 1000 });
      return text;
    },
    id(lifeSeconds: number, audience: string): string {
      const exp = Math.floor(Date.now() / 1000) + lifeSeconds;
      const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ aud: audience, exp })}.${nth()}`;
      issued.push({ text, expiresMs: exp * 1000, audience });
      return text;
    },
    accepts(authorization: string | undefined, audience?: string, graceMs = 0): boolean {
      const token = issued.find(({ text }) => authorization === `Bearer ${text}`);
      return token !== undefined && token.expiresMs + graceMs > Date.now() && token.audience === audience;
    },
  };
}

export interface ServiceAccount extends TokenIssuer {
  /** Credentials, and the way to the stand-in that gives tokens for them. */
  readonly env: Readonly<Record<string, string>>;
  /** Lines of the private key, which may turn up nowhere. */
  readonly secrets: readonly string[];
}

/**
 * A service account with its key file, and a stand-in for oauth2.googleapis.com that checks the signature of each request
 * for a token. Google's library knows no other address, so the stand-in lies behind a proxy. Undefined without openssl.
 */
export async function serveServiceAccount(): Promise<ServiceAccount | undefined> {
  const certificate = makeCertificate();
  if (certificate === undefined) return undefined;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const tokens = createTokens();
  const server = createHttpsServer(certificate, (request, response) => {
    void bodyOf(request).then((body) => {
      const assertion = new URLSearchParams(body).get('assertion') ?? '';
      const claims = verifiedClaims(assertion, publicKey);
      response.setHeader('content-type', 'application/json');
      if (claims === undefined) response.writeHead(400).end(JSON.stringify({ error: 'invalid_grant' }));
      else if (claims['target_audience'] === undefined) {
        response.end(JSON.stringify({ access_token: tokens.access(3600), expires_in: 3600, token_type: 'Bearer' }));
      } else response.end(JSON.stringify({ id_token: tokens.id(3600, claims['target_audience']) }));
    });
  });
  await listening(server);
  const proxy = await openProxy((server.address() as AddressInfo).port);
  const folder = mkdtempSync(join(tmpdir(), 'service-account-'));
  const keyFile = join(folder, 'key.json');
  const account = { type: 'service_account', client_email: 'a@p.iam.gserviceaccount.com', private_key: privateKey };
  writeFileSync(keyFile, JSON.stringify({ ...account, private_key_id: 'k', project_id: 'p' }));
  return {
    env: {
      GOOGLE_APPLICATION_CREDENTIALS: keyFile,
      HTTPS_PROXY: `http://127.0.0.1:${String(proxy.port)}`,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    },
    secrets: privateKey.split('\n').slice(1, -2),
    issued: tokens.issued,
    accepts: tokens.accepts,
    async close() {
      certificate.remove();
      rmSync(folder, { recursive: true });
      await proxy.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** RFC 7523. */
function verifiedClaims(assertion: string, publicKey: string): Record<string, string> | undefined {
  const [head = '', payload = '', signature = ''] = assertion.split('.');
  const isGenuine = verify(
    'RSA-SHA256',
    Buffer.from(`${head}.${payload}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  return isGenuine ? (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string>) : undefined;
}

/** Whatever host is asked for, this port of ours is what one gets. */
export async function openProxy(target: number): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { server, port, close } = await serveHttp((_request, response) => response.writeHead(500).end());
  server.on('connect', (_request, socket: Socket) => {
    const onward = connect(target, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => undefined);
    socket.on('close', () => onward.destroy());
  });
  return { port, close };
}

export interface HttpFake {
  readonly server: Server;
  readonly port: number;
  close(): Promise<void>;
}

export async function serveHttp(listener: RequestListener): Promise<HttpFake> {
  const server = createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await listening(server);
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

export function listening(server: { listen(port: number, host: string, then: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Everything that a run left in its folder, as one text. */
export function everythingIn(folder: string): string {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return names.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

/** Puts the environment back; in place, since threads are given the real one. */
export function restoreEnvironment(before: NodeJS.ProcessEnv): void {
  for (const key of Object.keys(process.env)) if (!(key in before)) Reflect.deleteProperty(process.env, key);
  Object.assign(process.env, before);
}
