import { readArrivals } from '../trace-file/arrival-store.js';
import { UserError } from '../errors.js';
import type { Trace } from '../trace.js';

/**
 * The trace up to its `requests`-th arrival in [fromMs, toMs), and no further than to the next one. It is still the same
 * trace (its name and hash stay), of which the rest is not looked at. Throws `UserError` where there are fewer.
 */
export function firstRequests(
  trace: Trace,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  requests: number,
): Trace {
  let index = 0;
  let found = 0;
  for (const { atMs } of readArrivals(trace.store)) {
    for (const at of atMs) {
      if (found === requests) return cut(trace, index, at);
      if (at >= fromMs && at < toMs) found++;
      index++;
    }
  }
  if (found === requests) return trace;
  throw new UserError(
    `--requests ${String(requests)}: only ${String(found)} are due in this window; ask for as many at most`,
  );
}

function cut({ store, durationMs, ...rest }: Trace, count: number, nextMs: number): Trace {
  const kept =
    store.kind === 'file'
      ? { ...store, count }
      : {
          ...store,
          count,
          atMs: store.atMs.subarray(0, count),
          ...(store.payload === undefined ? {} : { payload: store.payload.subarray(0, count) }),
        };
  return { ...rest, store: kept, count, durationMs: Math.min(durationMs, nextMs) };
}
