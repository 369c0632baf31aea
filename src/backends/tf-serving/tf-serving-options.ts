import { printable, UserError } from '../../errors.js';
import { TENSOR_DTYPES, type TensorDtype } from '../../trace.js';
import type { OptionInfo, NamedColumns, RawOptions } from '../backend.js';
import { EXPECT_SUMMARY } from '../wire/expect-rule.js';
import { type HttpOptions, parseHttpOptions } from '../wire/http-options.js';
import { pathTemplate } from '../wire/url-path.js';
import { CONNECT_OPTIONS, CONNECT_READERS } from '../wire/parse-connect.js';
import { oneOf, parseOptions, wholeNumberWithin } from '../shared/parse-options.js';

const METHODS = ['predict', 'classify', 'regress'] as const;
export type Method = (typeof METHODS)[number];

/** Plain data: crosses to the worker threads. */
export interface TfServingOptions {
  readonly transport: 'rest' | 'grpc';
  /** For REST its `url` is the whole URL of the request, for gRPC that of the server. */
  readonly http: HttpOptions;
  /** For REST: the URL of the model, without a verb. */
  readonly modelUrl: string;
  readonly model: string;
  readonly version: string | null;
  readonly signature: string | null;
  readonly method: Method;
  /** gRPC: connections over all workers; null: as many as it takes. */
  readonly channels: number | null;
  /** The name of the input that a payload without names is for. */
  readonly input: string | null;
  /** gRPC: the types of inputs given as JSON, by name; '' is the one for all others. */
  readonly dtypes: Readonly<Record<string, TensorDtype>>;
  /** Of free dimensions, where the payload is made from the model's metadata. */
  readonly sequenceLength: number;
}

export const TF_SERVING_OPTIONS: readonly OptionInfo[] = [
  { name: 'url', value: 'URL', summary: 'of the REST server, or of the model with its whole path' },
  { name: 'address', value: 'HOST:PORT', summary: 'of the gRPC server; grpcs://HOST:PORT for TLS' },
  { name: 'transport', value: 'rest|grpc', summary: 'rest unless only an address is given' },
  { name: 'model', value: 'NAME', summary: 'as the server calls it; may stand in the URL' },
  { name: 'version', value: 'N', summary: 'the latest unless given' },
  { name: 'signature', value: 'NAME', summary: 'serving_default unless given' },
  { name: 'method', value: 'predict|classify|regress', summary: 'predict unless given; gRPC knows predict' },
  { name: 'input', value: 'NAME', summary: 'the input that payloads without names are for' },
  {
    name: 'dtype',
    value: '[NAME:]TYPE',
    summary: 'gRPC: type of inputs given as JSON; float32 unless given; repeatable',
  },
  { name: 'sequence-length', value: 'N', summary: 'free dimensions of the payload made without a trace payload; 32' },
  {
    name: 'header',
    value: 'Name: value',
    summary: 'a header, or gRPC metadata; {seq} and {run} are filled in; repeatable',
  },
  { name: 'expect', value: 'RULE', summary: `REST: ${EXPECT_SUMMARY}` },
  { name: 'connections', value: 'N', summary: 'open exactly N, before the start' },
  { name: 'channels', value: 'N', summary: 'gRPC: open exactly N connections, before the start' },
  ...CONNECT_OPTIONS,
  { name: 'body-limit', value: 'BYTES', summary: 'a larger answer is bad-answer; 64 MiB' },
];

/** Addresses and headers may hold secrets. */
export const PUBLIC_OPTIONS = TF_SERVING_OPTIONS.map(({ name }) => name).filter(
  (name) => !['url', 'address', 'header', 'key', 'key-passphrase'].includes(name),
);

/** Throws `UserError`. */
export function parseTfServingOptions(raw: RawOptions, trace?: NamedColumns): TfServingOptions {
  const { header, expect, dtype, resolve, ...single } = raw;
  const given = parseOptions('tf-serving', single, {
    url: (text) => text,
    address: (text) => text,
    transport: oneOf('rest', 'grpc'),
    model: someName,
    version: wholeNumberText,
    signature: someName,
    method: oneOf(...METHODS),
    input: someName,
    'sequence-length': wholeNumberWithin(1, 1e6),
    connections: wholeNumberWithin(1, 65_535),
    channels: wholeNumberWithin(1, 65_535),
    'body-limit': wholeNumberWithin(1, 2 ** 31),
    ...CONNECT_READERS,
  });
  const transport = given.transport ?? (given.address !== undefined && given.url === undefined ? 'grpc' : 'rest');
  const shared = {
    ...pick(single, ['body-limit', ...Object.keys(CONNECT_READERS)]),
    ...(resolve === undefined ? {} : { resolve }),
    ...(header === undefined ? {} : { header }),
    ...(expect === undefined ? {} : { expect }),
  };
  const common = {
    transport,
    signature: given.signature ?? null,
    input: given.input ?? null,
    dtypes: parseDtypes(listOf(dtype)),
    sequenceLength: given['sequence-length'] ?? 32,
  };
  return transport === 'rest'
    ? { ...common, ...restOptions(given, { ...shared, ...pick(single, ['connections']) }, trace) }
    : { ...common, ...grpcOptions(given, shared, trace) };
}

interface Given {
  readonly url?: string;
  readonly address?: string;
  readonly model?: string;
  readonly version?: string;
  readonly method?: Method;
  readonly connections?: number;
  readonly channels?: number;
}

type Target = Pick<TfServingOptions, 'http' | 'modelUrl' | 'model' | 'version' | 'method' | 'channels'>;

const MODEL_PATH =
  /^(.*\/v1\/models\/([^/:]+)(?:\/versions\/(\d+)|(\/labels\/[^/:]+))?)(?::(predict|classify|regress))?$/;

function restOptions(given: Given, shared: RawOptions, trace: NamedColumns | undefined): Target {
  if (given.channels !== undefined) throw bad('channels are for transport=grpc; give connections');
  if (given.url === undefined) throw bad('give the server with --url http://host:8501');
  const base = httpOptions({ ...shared, url: given.url }, trace);
  const url = new URL(base.url);
  const [, whole, named, version, label, verb] = MODEL_PATH.exec(url.pathname) ?? [];
  const target =
    whole === undefined || named === undefined
      ? { path: pathOf(url.pathname, given), model: modelOf(given), version: given.version ?? null }
      : {
          path: version === undefined && label === undefined ? whole + versionPath(given) : whole,
          model: unescaped(named),
          version: version ?? (label === undefined ? (given.version ?? null) : null),
        };
  checkAgreement('model', given.model, target.model);
  checkAgreement('version', given.version, target.version ?? 'none');
  checkAgreement('method', given.method, verb ?? given.method ?? '');
  const method = given.method ?? METHODS.find((known) => known === verb) ?? 'predict';
  url.pathname = target.path;
  const modelUrl = url.href;
  url.pathname = `${target.path}:${method}`;
  const { model, version: asked } = target;
  return { http: { ...base, url: url.href }, modelUrl, model, version: asked, method, channels: null };
}

function pathOf(prefix: string, given: Given): string {
  return `${prefix.replace(/\/+$/, '')}/v1/models/${encodeURIComponent(modelOf(given))}${versionPath(given)}`;
}

function versionPath({ version }: Given): string {
  return version === undefined ? '' : `/versions/${version}`;
}

function modelOf({ model }: Given): string {
  if (model !== undefined) return model;
  throw bad('give the model with --model NAME, as the server calls it');
}

function checkAgreement(what: string, given: string | undefined, inUrl: string): void {
  if (given !== undefined && given !== inUrl)
    throw bad(`the URL names another ${what} than ${what === 'version' ? '--set version' : `--${what}`}; give it once`);
}

/** The gRPC library finds the server and keeps the connections itself. */
const REST_ONLY = ['resolve', 'unix-socket', 'requests-per-connection', 'max-connection-age', 'idle'] as const;

function grpcOptions(given: Given, shared: RawOptions, trace: NamedColumns | undefined): Target {
  if (shared['expect'] !== undefined) throw bad('expect is for transport=rest');
  const restOnly = REST_ONLY.filter((name) => shared[name] !== undefined);
  if (restOnly.length > 0) throw bad(`${restOnly.join(', ')}: only for transport=rest; leave out`);
  if (given.method !== undefined && given.method !== 'predict')
    throw bad(`method=${given.method} needs transport=rest; gRPC knows predict`);
  if (given.address === undefined) throw bad('give the gRPC server with --set address=host:8500');
  const http = httpOptions({ ...shared, url: addressUrl(given.address) }, trace);
  const binary = http.headers.find(([name]) => name.toLowerCase().endsWith('-bin') || name.startsWith(':'));
  if (binary !== undefined) throw bad(`header ${printable(binary[0], 60)} would be binary metadata; leave it out`);
  const channels = given.channels ?? given.connections ?? null;
  return { http, modelUrl: '', model: modelOf(given), version: given.version ?? null, method: 'predict', channels };
}

function addressUrl(address: string): string {
  const [, scheme = 'grpc', rest] = /^(?:(grpcs?|https?):\/\/)?([^/?#@]+:\d+)\/?$/.exec(address) ?? [];
  const url = `${scheme === 'grpcs' || scheme === 'https' ? 'https' : 'http'}://${rest ?? ''}`;
  // Not the address itself: it may be a URL with a password in it.
  if (rest === undefined || !URL.canParse(url))
    throw bad('--set address: give host:port, or grpcs://host:port for TLS');
  return url;
}

/** The reader of the `http` backend, whose messages name it. */
function httpOptions(raw: RawOptions, trace: NamedColumns | undefined): HttpOptions {
  try {
    const options = parseHttpOptions(raw, trace);
    if (pathTemplate(options.path, options.columns).placeholders.length > 0)
      throw new UserError('backend tf-serving: placeholders are filled in in headers alone; leave them out of the url');
    return options;
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    throw new UserError(thrown.message.replace(/^backend http/, 'backend tf-serving'));
  }
}

function parseDtypes(texts: readonly string[]): Readonly<Record<string, TensorDtype>> {
  return Object.fromEntries(
    texts.map((text) => {
      const colon = text.lastIndexOf(':');
      const dtype = TENSOR_DTYPES.find((known) => known === text.slice(colon + 1));
      if (dtype === undefined)
        throw bad(`--set dtype=${printable(text, 60)}: give ${TENSOR_DTYPES.join(', ')}, or name:type`);
      return [text.slice(0, Math.max(0, colon)), dtype];
    }),
  );
}

function someName(text: string): string {
  if (!/^[^\s/:]{1,200}$/.test(text)) throw new Error('give a name without spaces, slashes and colons');
  return text;
}

function wholeNumberText(text: string): string {
  if (!/^\d{1,18}$/.test(text)) throw new Error('give a whole number');
  return text;
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function pick(raw: RawOptions, names: readonly string[]): RawOptions {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => names.includes(name)));
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function bad(message: string): UserError {
  return new UserError(`backend tf-serving: ${message}`);
}
