import { createHash } from 'node:crypto';
import type { RawOptions } from '../backends/backend.js';
import type { SentIdentity } from '../run.js';
import { columnNamed, readColumn, valueAt } from '../trace-file/read-rows.js';
import type { Payload, Trace, TraceColumns } from '../trace.js';
import { requestIdentity } from './request-identity.js';

const MAX_SHAPES = 20;

/** What a run sends, so that it is known whether another run sends the same. Reads every byte of the payloads once. */
export function sentIdentity(
  payloads: readonly Payload[],
  { payloadsInTurn = false, store }: Trace,
  options: RawOptions,
): SentIdentity {
  const hash = createHash('sha256').update(payloadsInTurn && payloads.length > 1 ? 'in turn' : 'as the trace says');
  for (const payload of payloads) addTo(hash, payload);
  if (store.columns !== undefined) addColumns(hash, store.columns, payloads, options);
  const isTensor = payloads.some(({ kind }) => kind === 'tensor');
  return {
    payloads: payloads.length,
    bytes: isTensor ? null : payloads.reduce((sum, payload) => sum + bytesOf(payload).byteLength, 0),
    sha256: hash.digest('hex'),
    shapes: [...new Set(payloads.flatMap(shapeOf))].slice(0, MAX_SHAPES),
    request: requestIdentity(options),
  };
}

/** Whatever an entry says beside its bytes is a part of it, but for its label, which is not sent. */
function addTo(hash: ReturnType<typeof createHash>, payload: Payload): void {
  const bytes = bytesOf(payload);
  const said = Object.entries(payload).filter(([name]) => name !== 'bytes' && name !== 'label');
  hash.update(JSON.stringify([...said.sort(([a], [b]) => (a < b ? -1 : 1)), bytes.byteLength])).update(bytes);
}

/** The values of the columns that are filled in. */
function addColumns(
  hash: ReturnType<typeof createHash>,
  columns: TraceColumns,
  payloads: readonly Payload[],
  { url = [], header = [] }: RawOptions,
): void {
  const templates = payloads.filter(
    (payload) => payload.kind === 'bytes' && (payload.template ?? payload.request?.template),
  );
  const texts = [url, header].flat().concat(templates.map((payload) => textOf(payload)));
  for (const { name } of columns.columns) {
    const column = columnNamed(columns, name);
    if (column === undefined || !texts.some((text) => text.includes(`{${name}}`))) continue;
    hash.update(JSON.stringify(['column', name, column.type]));
    for (const { values, rows } of readColumn(columns, column))
      hash.update(JSON.stringify(Array.from({ length: rows }, (_, row) => valueAt(values, row) ?? null)));
  }
}

/** All that a payload says, in which names of columns may stand in braces. */
function textOf(payload: Payload): string {
  const { request } = payload.kind === 'bytes' ? payload : {};
  return `${JSON.stringify(request ?? null)} ${Buffer.from(bytesOf(payload)).toString('latin1')}`;
}

function bytesOf(payload: Payload): Uint8Array {
  return payload.kind === 'bytes' ? payload.bytes : new Uint8Array();
}

function shapeOf(payload: Payload): string[] {
  return payload.kind === 'tensor' ? [`${payload.tensor.dtype}[${payload.tensor.shape.join(',')}]`] : [];
}
