import { UserError } from '../../errors.js';
import { readingAt } from '../../time/reading-at.js';
import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext, Call } from '../backend.js';
import { decodePayloads, type FeedShape } from './decode-payload.js';
import { monotonicMs, type Wanted } from './session-messages.js';
import { openSessionPool, type Answer, type SessionPool } from './session-pool.js';

export interface PoolOptions extends FeedShape {
  readonly modelPath: string;
  readonly sessions: number;
  readonly intraOpThreads: number;
  readonly warm: boolean;
}

const WARM_RUNS = 3;
/** Larger batches are warm enough with this. */
const WARM_BATCH = 16;

/** The backend of one dispatching thread. It never runs the model itself. */
export function serveFromPool(
  options: PoolOptions,
  { clock, payloads, batchSize }: Pick<BackendContext, 'clock' | 'payloads' | 'batchSize'>,
): Backend {
  let pool: SessionPool | undefined;
  return {
    async prepare(signal) {
      pool = await openWarm(options, payloads, batchSize, signal);
    },
    invoke: (call) => invoke(pool, call, call.payload, () => clock.now()),
    // A copy, since what crosses to a thread takes its whole buffer along.
    invokeBatch: (call) => invoke(pool, call, call.payloads.slice(), () => clock.now()),
    facts: () => ({
      sessions: options.sessions,
      intraOpThreads: options.intraOpThreads,
      sessionsLost: pool?.lost() ?? 0,
    }),
    async close() {
      await pool?.close();
    },
  };
}

async function openWarm(
  options: PoolOptions,
  payloads: BackendContext['payloads'],
  batchSize: number | undefined,
  signal: AbortSignal,
): Promise<SessionPool> {
  const { modelPath, intraOpThreads, sessions } = options;
  const feeds = [...decodePayloads(payloads, options)];
  const pool = await openSessionPool({ modelPath, intraOpThreads, feeds }, sessions, signal);
  if (!options.warm) return pool;
  const stop = (): void => void pool.close();
  signal.addEventListener('abort', stop, { once: true });
  const wanted = [...feeds.keys()].map((feed) =>
    batchSize === undefined ? feed : new Uint32Array(Math.min(batchSize, WARM_BATCH)).fill(feed),
  );
  const failed = await pool.warm(WARM_RUNS, wanted);
  signal.removeEventListener('abort', stop);
  if (failed === undefined) return pool;
  await pool.close();
  if (signal.aborted) throw new UserError('backend onnx: stopped while the model was warmed');
  throw new UserError(
    `backend onnx: the model fails on payload ${String(failed.index)}: ${failed.error}; fix the payload, or use --set warm=false to count such failures`,
  );
}

function invoke(pool: SessionPool | undefined, call: Call, wanted: Wanted, nowMs: () => number): Promise<Outcome> {
  if (pool === undefined) return Promise.resolve({ ok: false, failure: 'crashed', detail: 'the model is not loaded' });
  return new Promise((resolve) => {
    const run = pool.submit(wanted, (answer) => {
      resolve(outcomeOf(answer, call.handedMs, nowMs));
    });
    call.onAbort(() => {
      run.cancel();
    });
  });
}

function outcomeOf(answer: Answer, handedMs: number, nowMs: () => number): Outcome {
  if (answer.kind === 'died')
    return { ok: false, failure: 'crashed', detail: `session thread: ${answer.cause}`, sentMs: handedMs };
  const doneMs = onClock(answer.endMonotonicMs, handedMs, nowMs);
  const times = { sentMs: handedMs, doneMs, doneEarliestMs: doneMs, serverMs: answer.tookMs };
  return answer.error === undefined
    ? { ok: true, ...times }
    : { ok: false, failure: 'function-error', detail: answer.error, ...times };
}

/** Two clocks read further apart than this were interrupted in between, and are read again, a few times. */
const APART_MS = 0.02;
const READINGS = 5;

/** The session thread stamps the end itself, on the clock all threads share. */
function onClock(stampMs: number, handedMs: number, nowMs: () => number): number {
  const doneMs = readingAt(nowMs, () => monotonicMs() - stampMs, READINGS, APART_MS);
  return Math.min(Math.max(doneMs, handedMs), nowMs());
}
