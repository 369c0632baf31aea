import { createHash } from 'node:crypto';
import type { RawOptions } from '../backends/backend.js';
import type { SentIdentity } from '../run.js';
import type { Payload, Trace } from '../trace.js';
import { requestIdentity } from './request-identity.js';

const MAX_SHAPES = 20;

/** What a run sends, so that another run can be told to send the same. Reads every byte of the payloads once. */
export function sentIdentity(
  payloads: readonly Payload[],
  { payloadsInTurn = false }: Trace,
  options: RawOptions,
): SentIdentity {
  const hash = createHash('sha256').update(payloadsInTurn && payloads.length > 1 ? 'in turn' : 'as the trace says');
  for (const payload of payloads) addTo(hash, payload);
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

function bytesOf(payload: Payload): Uint8Array {
  return payload.kind === 'bytes' ? payload.bytes : new Uint8Array();
}

function shapeOf(payload: Payload): string[] {
  return payload.kind === 'tensor' ? [`${payload.tensor.dtype}[${payload.tensor.shape.join(',')}]`] : [];
}
