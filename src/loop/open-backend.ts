import type { Backend, BackendContext, BackendPlugin } from '../backends/backend.js';
import type { Clock } from '../clock.js';
import { printable, UserError } from '../errors.js';
import type { Payload, TraceColumns } from '../trace.js';
import { arrivalValues } from '../trace-file/arrival-values.js';
import type { Shard } from './schedule.js';

/** What a client of the service is opened with, wherever it runs. */
export interface ClientOrder {
  /** As the plugin parsed them and `setUp` completed them. */
  readonly options: unknown;
  readonly payloads: readonly Payload[];
  /** Which of the workers it serves. */
  readonly shard: Shard;
  readonly runId: string;
  readonly seed: number;
  /** How long a call may take. */
  readonly timeoutMs: number;
  /** Undefined: each request is a call of its own. */
  readonly batchSize?: number | undefined;
  /** Of the trace. Undefined: there are none. */
  readonly columns?: TraceColumns | undefined;
}

/** What only some clients are opened with; `hide` is for all. */
export type ClientKind = Partial<Pick<BackendContext, 'virtual' | 'onAnswer' | 'singleCall'>> &
  Required<Pick<BackendContext, 'hide'>>;

/** Opens one client of the service, not yet prepared. Throws `UserError` where it cannot send the batches that its plugin promised. */
export async function openBackend(
  plugin: BackendPlugin,
  { options, payloads, shard, runId, seed, timeoutMs, batchSize, columns }: ClientOrder,
  clock: Clock,
  kind: ClientKind,
): Promise<Backend> {
  const backend = await plugin.create(options, {
    clock,
    payloads,
    worker: shard.index,
    workers: shard.of,
    runId,
    seed,
    timeoutMs,
    ...(batchSize === undefined ? {} : { batchSize }),
    ...(columns === undefined ? {} : { arrivals: arrivalValues(columns) }),
    virtual: false,
    ...kind,
  });
  if (batchSize !== undefined && typeof backend.invokeBatch !== 'function')
    throw new UserError(
      `backend ${printable(plugin.name)} says that it batches, and has no invokeBatch; add it, or leave out --batch-size`,
    );
  return backend;
}
