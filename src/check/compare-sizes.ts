import { counted } from '../text/counted.js';
import type { SizeLimit } from '../backends/backend.js';
import { UserError } from '../errors.js';
import type { Learnt } from './check-step.js';

const MOST_TOLD = 10;

/**
 * Every payload against what the service takes, or where `batch` is not 1 a full batch of it, which is what `sizes` reports
 * then. Rejects with `UserError` that names the payloads above the limit, their sizes and the limit.
 */
export function compareSizes(
  sizes: readonly number[],
  batch: number,
  limit: SizeLimit | undefined,
): Promise<Learnt<undefined>> {
  if (sizes.length === 0) return Promise.resolve({ text: 'none: requests have no body', value: undefined });
  const tooLarge = sizes.flatMap((size, index) => (size > (limit?.bytes ?? Infinity) ? [{ index, size }] : []));
  if (limit !== undefined && tooLarge.length > 0) return Promise.reject(new UserError(refusal(tooLarge, batch, limit)));
  const largest = sizes.reduce((most, size, index) => (size > (sizes[most] as number) ? index : most), 0);
  return Promise.resolve({
    text: `${String(sizes.length)}; the largest is ${sized(largest, sizes[largest] as number, batch)}${verdict(sizes[largest] as number, limit)}`,
    value: undefined,
    facts: { bytes: sizes, batch, limitBytes: limit?.bytes ?? null, limitOf: limit?.of ?? null },
  });
}

function refusal(
  tooLarge: readonly { readonly index: number; readonly size: number }[],
  batch: number,
  { bytes, of }: SizeLimit,
): string {
  const told = tooLarge.slice(0, MOST_TOLD).map(({ index, size }) => sized(index, size, batch));
  const more = tooLarge.length > told.length ? ` and ${String(tooLarge.length - told.length)} more` : '';
  const what = batch === 1 ? 'send less in each' : 'send less in each, or give a smaller --batch-size';
  return `${told.join(', ')}${more}: above the ${counted(bytes, 'byte')} that ${of} may have; ${what}`;
}

function sized(index: number, size: number, batch: number): string {
  const what = `payload ${String(index)}`;
  return batch === 1 ? `${what} of ${String(size)} bytes` : `${what} x ${String(batch)} of ${String(size)} bytes`;
}

function verdict(size: number, limit: SizeLimit | undefined): string {
  if (limit === undefined) return ', and no limit is known';
  const { bytes, of, sureBytes = bytes } = limit;
  const least = ` of the ${String(bytes)} that ${of} may have`;
  return size <= sureBytes ? least : `${least}, but not everywhere: some take ${String(sureBytes)} only`;
}
