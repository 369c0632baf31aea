import { printable, UserError } from '../errors.js';

/** What OpenTelemetry's variables ask for, as far as it is not the exporter's own business (endpoint, headers, certificates). */
export interface OtelSettings {
  readonly intervalMs: number;
  /** What the user says of the resource; values printable and bounded. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What the user should know of settings that are not followed. */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_INTERVAL_MS = 60_000;
const MOST_ATTRIBUTES = 100;
const VALUE_LIMIT = 1000;
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;
const PROTOCOLS = ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'] as const;

/**
 * opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables. Undefined: nothing is to be sent, because no
 * endpoint is set or it is switched off. Throws `UserError` for an endpoint that is no http(s) URL, without quoting it.
 */
export function otelSettings(env: Environment): OtelSettings | undefined {
  const endpoint = firstSet(env, ENDPOINTS);
  if (endpoint === undefined || isOff(env)) return undefined;
  if (!isHttpUrl(endpoint.value))
    throw new UserError(`${endpoint.name}: give a URL such as http://127.0.0.1:4318, or set OTEL_SDK_DISABLED=true`);
  const interval = readInterval(env['OTEL_METRIC_EXPORT_INTERVAL']);
  return {
    intervalMs: interval.ms,
    attributes: readAttributes(env),
    warnings: [...interval.warnings, ...protocolWarnings(env)],
  };
}

function isOff(env: Environment): boolean {
  return env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true' || env['OTEL_METRICS_EXPORTER']?.trim() === 'none';
}

/** An empty variable counts as not set. */
function firstSet(env: Environment, names: readonly string[]): { name: string; value: string } | undefined {
  return names.map((name) => ({ name, value: env[name]?.trim() ?? '' })).find(({ value }) => value !== '');
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

function readInterval(text = ''): { ms: number; warnings: string[] } {
  if (text.trim() === '') return { ms: DEFAULT_INTERVAL_MS, warnings: [] };
  const ms = Number(text);
  if (ms > 0 && ms < Infinity) return { ms, warnings: [] };
  return {
    ms: DEFAULT_INTERVAL_MS,
    warnings: [`OTEL_METRIC_EXPORT_INTERVAL ${printable(text, 40)} is no number of ms above 0; 60000 is used`],
  };
}

function protocolWarnings(env: Environment): string[] {
  const protocol = firstSet(env, PROTOCOLS);
  if (protocol === undefined || protocol.value.startsWith('http/')) return [];
  return [`${protocol.name} ${printable(protocol.value, 40)}: metrics are sent as http/json all the same`];
}

/** `key=value,key=value`, percent-encoded; a pair that is broken is left out. */
function readAttributes(env: Environment): Readonly<Record<string, string>> {
  const pairs = (env['OTEL_RESOURCE_ATTRIBUTES'] ?? '').split(',').slice(0, MOST_ATTRIBUTES).flatMap(readPair);
  const service = env['OTEL_SERVICE_NAME']?.trim() ?? '';
  if (service !== '') pairs.push(['service.name', printable(service, VALUE_LIMIT)]);
  return Object.fromEntries(pairs);
}

function readPair(text: string): [key: string, value: string][] {
  const equals = text.indexOf('=');
  if (equals < 1) return [];
  const [key, value] = [decoded(text.slice(0, equals)), decoded(text.slice(equals + 1))];
  return key === undefined || value === undefined ? [] : [[key, value]];
}

function decoded(text: string): string | undefined {
  try {
    return printable(decodeURIComponent(text.trim()), VALUE_LIMIT);
  } catch {
    return undefined;
  }
}
