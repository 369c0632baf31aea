import { UserError } from '../../errors.js';
import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext, Call } from '../backend.js';
import { decodePayloads, type FeedShape } from './decode-payload.js';
import { monotonicMs } from './session-messages.js';
import { openSessionPool, type Answer, type SessionPool } from './session-pool.js';

export interface PoolOptions extends FeedShape {
  readonly modelPath: string;
  readonly sessions: number;
  readonly intraOpThreads: number;
  readonly warm: boolean;
}

const WARM_RUNS = 3;

/** The backend of one dispatching thread. It never runs the model itself. */
export function serveFromPool(
  options: PoolOptions,
  { clock, payloads }: Pick<BackendContext, 'clock' | 'payloads'>,
): Backend {
  let pool: SessionPool | undefined;
  return {
    async prepare(signal) {
      pool = await openWarm(options, payloads, signal);
    },
    invoke(call) {
      if (pool === undefined)
        return Promise.resolve({ ok: false, failure: 'crashed', detail: 'the model is not loaded' });
      return invoke(pool, call, () => clock.now());
    },
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
  signal: AbortSignal,
): Promise<SessionPool> {
  const { modelPath, intraOpThreads, sessions } = options;
  const feeds = [...decodePayloads(payloads, options)];
  const pool = await openSessionPool({ modelPath, intraOpThreads, feeds }, sessions, signal);
  if (!options.warm) return pool;
  const stop = (): void => void pool.close();
  signal.addEventListener('abort', stop, { once: true });
  const failed = await pool.warm(WARM_RUNS, feeds.length);
  signal.removeEventListener('abort', stop);
  if (failed === undefined) return pool;
  await pool.close();
  if (signal.aborted) throw new UserError('backend onnx: stopped while the model was warmed');
  throw new UserError(
    `backend onnx: the model fails on payload ${String(failed.feed)}: ${failed.error}; mend the payload, or use --set warm=false to count such failures`,
  );
}

function invoke(pool: SessionPool, call: Call, nowMs: () => number): Promise<Outcome> {
  return new Promise((resolve) => {
    const run = pool.submit(call.payload, (answer) => {
      resolve(outcomeOf(answer, call.handedMs, nowMs()));
    });
    call.onAbort(() => {
      run.cancel();
    });
  });
}

function outcomeOf(answer: Answer, handedMs: number, nowMs: number): Outcome {
  if (answer.kind === 'died')
    return { ok: false, failure: 'crashed', detail: `session thread: ${answer.cause}`, sentMs: handedMs };
  const doneMs = onClock(answer.endMonotonicMs, handedMs, nowMs);
  const times = { sentMs: handedMs, doneMs, doneEarliestMs: doneMs, serverMs: answer.tookMs };
  return answer.error === undefined
    ? { ok: true, ...times }
    : { ok: false, failure: 'function-error', detail: answer.error, ...times };
}

/** The session thread stamps the end itself, on the clock all threads share; what passed since is subtracted from this clock's now. */
function onClock(stampMs: number, handedMs: number, nowMs: number): number {
  return Math.min(Math.max(nowMs - (monotonicMs() - stampMs), handedMs), nowMs);
}
