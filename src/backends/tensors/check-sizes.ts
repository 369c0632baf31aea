import type { SizeLimit } from '../backend.js';
import type { InstanceBatches } from './instance-batches.js';

/** A sentence for each payload that the service will refuse, or may; a run is warned, not stopped. The first of many are reported. */
export function sizeWarnings(
  sizes: readonly number[],
  { bytes, of, sureBytes = bytes }: SizeLimit,
  batchSize?: number,
): readonly string[] {
  const times = batchSize === undefined ? '' : ` x ${String(batchSize)}`;
  const large = sizes.flatMap((size, index) => (size > sureBytes ? [{ size, index }] : []));
  const told = large.slice(0, MOST_TOLD).map(({ size, index }) => {
    const verdict = size > bytes ? 'more than it takes' : 'more than it takes everywhere';
    return `payload ${String(index)}${times} is ${String(size)} bytes as ${of}, ${verdict} (${String(size > bytes ? bytes : sureBytes)})`;
  });
  return large.length > told.length
    ? [...told, `and so are ${String(large.length - told.length)} more payloads`]
    : told;
}

const MOST_TOLD = 3;

/** Bytes of a full batch of each payload alone: the largest batch of all is one of these. */
export function batchSizes(
  batches: Pick<InstanceBatches, 'bodyBytes'>,
  { length }: { readonly length: number },
  batchSize: number,
): readonly number[] {
  return Array.from({ length }, (_, payload) => batches.bodyBytes(new Uint32Array(batchSize).fill(payload)));
}
