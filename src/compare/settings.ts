import { createHash } from 'node:crypto';
import { printable } from '../errors.js';
import { formatDuration } from '../report/format-duration.js';
import type { StoredReport } from '../run-folder/report-shape.js';
import type { RunRecord, SentIdentity } from '../run.js';
import { isPriced } from '../collectors/cost/metrics.js';

const MAX_LENGTH = 80;

/**
 * What else distinguishes one system from another, by name: the options of its backend but the model, what it was sent and what is
 * known of the service, limits, the wait of batches, and the price sheet. Two texts are equal only where the settings are.
 */
export function settingsOf(record: RunRecord, report: StoredReport): Record<string, string> {
  const { plan, options } = record;
  const entries: (readonly [string, unknown])[] = [
    ...Object.entries(options).filter(([name]) => name !== 'model'),
    ...(plan.connections === undefined ? [] : [['connections', String(plan.connections)] as const]),
    ['timeout', `${String(plan.timeoutMs)}ms`],
    ['max-in-flight', String(plan.maxInFlight.limit)],
    ...(plan.batching === undefined ? [] : [['batch-wait', formatDuration(plan.batching.waitMs)] as const]),
    ['payload', record.sent === undefined ? UNKNOWN : payloadText(record.sent)],
    ...(record.sent?.request == null ? [] : [['request', shortHash(record.sent.request)] as const]),
    ...servedBy(record),
    ...billedAs(record),
    ...(isPriced(report.sections.cost) ? [['prices', pricesOf(record, report)] as const] : []),
  ];
  const clean = entries.map(([name, value]) => [printable(name, 40), unlike(value)] as const);
  return Object.fromEntries(clean.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What records of older versions do not tell. */
export const UNKNOWN = 'unknown';

/** `12.0 kB #1a2b3c`, `3 payloads, 36.0 kB #1a2b3c`, `float32[1,224,224,3] #1a2b3c`. */
function payloadText({ payloads, bytes, sha256, shapes }: SentIdentity): string {
  if (payloads === 0) return 'none';
  const size = bytes === null ? shapes.join(' ') : sizeText(bytes);
  const many = payloads === 1 ? '' : `${String(payloads)} payloads, `;
  return `${many}${printable(size, 60)} #${sha256.slice(0, 8)}`;
}

function sizeText(bytes: number): string {
  return bytes < 1000 ? `${String(bytes)} B` : `${(bytes / 1000).toFixed(1)} kB`;
}

function servedBy({ served }: RunRecord): (readonly [string, string])[] {
  if (served === undefined) return [['service', UNKNOWN]];
  return Object.entries(served).map(([name, value]) => [name, shortHash(String(value))] as const);
}

/** 12 digits of a SHA-256 tell files apart. */
function shortHash(text: string): string {
  return /^[0-9a-f]{64}$/.test(text) ? `#${text.slice(0, 12)}` : text;
}

/** What the service said of itself where it bills: memory, architecture, region. */
function billedAs({ cost }: RunRecord): (readonly [string, string])[] {
  const { model, ...billed } = cost?.billing ?? { model: 'none' };
  return model === 'none'
    ? []
    : Object.entries(billed).map(([name, value]) => [`billed ${name}`, String(value)] as const);
}

/** A sheet of the user's own differs from another of the same name. */
function pricesOf({ cost }: RunRecord, { sections }: StoredReport): string {
  const { sheet } = sections.cost;
  const own = cost?.prices;
  return typeof own === 'object' && own.name === sheet ? `${sheet} #${hashOf(JSON.stringify(own))}` : sheet;
}

/** Printable and short, and still unlike every other. */
function unlike(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const clean = printable(text, MAX_LENGTH);
  return clean === text ? clean : `${printable(text, MAX_LENGTH - 10)} #${hashOf(text)}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
