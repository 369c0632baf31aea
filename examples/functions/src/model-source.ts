import { createHash, createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { resolve } from 'node:path';

/** Plain data: crosses to a thread. Where a model lies: `s3://bucket/key`, `gs://bucket/object`, an https address, or a path within the package. */
export type ModelSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string; readonly store: 's3' | 'gcs' | 'open' };

/** Throws an Error that says what to set. */
export function parseModelSource(text: string, folder: string, region: string): ModelSource {
  if (!/^[a-z][a-z0-9+.-]+:\/\//.test(text)) return { kind: 'file', path: resolve(folder, text) };
  const url = new URL(text);
  const path = url.pathname.split('/').map(encodeOnce).join('/');
  switch (url.protocol) {
    case 's3:':
      return { kind: 'url', store: 's3', url: `https://${url.host}.s3.${region}.amazonaws.com${path}` };
    case 'gs:':
      return { kind: 'url', store: 'gcs', url: `https://storage.googleapis.com/${url.host}${path}` };
    case 'https:':
      return { kind: 'url', store: 'open', url: url.href };
    case 'http:':
      // Weights that came in the clear may be anybody's.
      if (/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname))
        return { kind: 'url', store: 'open', url: url.href };
  }
  throw new Error(`MODEL=${text}: give s3://, gs://, https:// or a path`);
}

function encodeOnce(segment: string): string {
  return encodeURIComponent(decodeURIComponent(segment)).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The whole model in one piece. */
export async function fetchModel(source: ModelSource): Promise<Uint8Array> {
  if (source.kind === 'file') return readFile(source.path);
  const answer = await ask(source, await credentialHeaders(source));
  return Buffer.concat(await chunksOf(answer));
}

const MOST_BYTES = 4 * 2 ** 30;

/** The model in slices that travel at once, each over a connection of its own; the first tells how many there are. */
export async function fetchModelInSlices(source: ModelSource, sliceBytes: number): Promise<Uint8Array> {
  if (source.kind === 'file') return readFile(source.path);
  const headers = await credentialHeaders(source);
  const first = await ask(source, headers, [0, sliceBytes - 1]);
  const total = Number(/\/(\d+)$/.exec(first.headers['content-range'] ?? '')?.[1]);
  // A server without ranges sends all of it at once.
  if (first.statusCode !== 206) return Buffer.concat(await chunksOf(first));
  if (!(total > 0 && total <= MOST_BYTES)) throw new Error('the model server sent no content-length');
  const model = Buffer.allocUnsafeSlow(total);
  const rest = Array.from({ length: Math.ceil(total / sliceBytes) - 1 }, (_, i) => (i + 1) * sliceBytes);
  await Promise.all([
    fill(model, 0, first),
    ...rest.map(async (from) => {
      await fill(model, from, await ask(source, headers, [from, Math.min(from + sliceBytes, total) - 1]));
    }),
  ]);
  return model;
}

async function fill(model: Buffer, from: number, answer: IncomingMessage): Promise<void> {
  let at = from;
  for await (const chunk of answer as AsyncIterable<Buffer>) at += chunk.copy(model, at);
  const expected = Number(answer.headers['content-length']);
  if (at - from !== expected) throw new Error('a slice of the model came in part');
}

async function chunksOf(answer: IncomingMessage): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return chunks;
}

type Source = ModelSource & { readonly kind: 'url' };
type Headers = Readonly<Record<string, string>>;

function ask({ url }: Source, headers: Headers, range?: readonly [number, number]): Promise<IncomingMessage> {
  const get = url.startsWith('https:') ? getHttps : getHttp;
  const asked = range === undefined ? headers : { ...headers, range: `bytes=${String(range[0])}-${String(range[1])}` };
  return new Promise((done, fail) => {
    get(url, { headers: asked, agent: false }, (answer) => {
      if (answer.statusCode === 200 || answer.statusCode === 206) {
        done(answer);
        return;
      }
      answer.resume();
      fail(new Error(`the model server answered ${String(answer.statusCode)}`));
    }).on('error', fail);
  });
}

async function credentialHeaders({ store, url }: Source): Promise<Headers> {
  if (store === 's3') return signS3(new URL(url), process.env, new Date());
  if (store === 'gcs') return { authorization: `Bearer ${await googleToken()}` };
  return {};
}

/**
 * The headers of a signed GET (AWS Signature Version 4), with the credentials that Lambda puts into the environment. `Range`
 * stays unsigned, so one signature serves all slices.
 */
export function signS3(url: URL, env: NodeJS.ProcessEnv, date: Date): Headers {
  const { AWS_ACCESS_KEY_ID: key = '', AWS_SECRET_ACCESS_KEY: secret = '', AWS_SESSION_TOKEN: token } = env;
  const region = /\.s3\.([a-z0-9-]+)\.amazonaws\.com$/.exec(url.hostname)?.[1] ?? '';
  const stamp = date.toISOString().replace(/[:-]|\.\d{3}/g, '');
  const day = stamp.slice(0, 8);
  const headers: Record<string, string> = {
    'x-amz-content-sha256': EMPTY_SHA256,
    'x-amz-date': stamp,
    ...(token === undefined ? {} : { 'x-amz-security-token': token }),
  };
  const signed = { host: url.host, ...headers };
  const names = Object.keys(signed).join(';');
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const request = ['GET', url.pathname, '', lines.join(''), names, EMPTY_SHA256].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', stamp, scope, createHash('sha256').update(request).digest('hex')].join('\n');
  const signingKey = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const signature = hmac(signingKey, text).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization };
}

const EMPTY_SHA256 = createHash('sha256').digest('hex');

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Of the function's service account, from the metadata server. */
async function googleToken(): Promise<string> {
  const url = 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token';
  const source: Source = { kind: 'url', store: 'open', url };
  const answer = await ask(source, { 'metadata-flavor': 'Google' });
  const { access_token: token } = JSON.parse(Buffer.concat(await chunksOf(answer)).toString('utf8')) as {
    access_token: string;
  };
  return token;
}
