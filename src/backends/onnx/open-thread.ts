import { Worker } from 'node:worker_threads';
import { messageOf, UserError } from '../../errors.js';
import type { ModelInput, ModelOutput } from './model-input.js';
import type { FromSession, Ran, SessionOrder, ToSession, Wanted } from './session-messages.js';

/** A thread with its model loaded. */
export interface SessionThread {
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly ModelOutput[];
  /** One at a time. `settle` runs once: with what the run said, or with why the thread died under it. */
  run(wanted: Wanted, settle: (result: Ran | ThreadDeath) => void): void;
  /** Runs when the thread has ended, before the run under it is settled. */
  onDeath(listener: () => void): void;
  /** Resolves when the thread has ended: at once, or after the run it is in. */
  close(): Promise<void>;
}

export interface ThreadDeath {
  readonly kind: 'died';
  readonly cause: string;
}

/**
 * Starts a session thread. Rejects with `UserError` when the model or the run time cannot be loaded, or the signal is
 * aborted. It never terminates a thread: ONNX Runtime aborts the whole process when a thread is terminated in the middle
 * of a run or of loading, so a thread is asked to end, and does so between two runs.
 */
export async function openThread(order: SessionOrder, signal: AbortSignal): Promise<SessionThread> {
  throwIfStopped(signal);
  // Without the flags of this process, some of which no thread takes (--input-type).
  const worker = new Worker(new URL('./session-thread.js', import.meta.url), { workerData: order, execArgv: [] });
  const ended = new Promise<number>((resolve) => worker.once('exit', resolve));
  const stop = (): void => {
    worker.postMessage('close' satisfies ToSession);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { inputs, outputs } = await opened(worker);
    throwIfStopped(signal);
    return attachThread(worker, inputs, outputs);
  } catch (thrown) {
    await ended;
    throw thrown;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new UserError('backend onnx: stopped while the model was loading');
}

function opened(worker: Worker): Promise<Pick<SessionThread, 'inputs' | 'outputs'>> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: FromSession) => {
      if (message.kind === 'open') resolve(message);
      else if (message.kind === 'unopened') reject(unopened(message));
    });
    worker.once('error', (thrown) => {
      reject(
        new UserError(
          `backend onnx: the thread that loads the model died: ${messageOf(thrown)}; give it more memory or fewer sessions`,
        ),
      );
    });
    worker.once('exit', () => {
      reject(
        new UserError('backend onnx: the thread that loads the model ended; give it more memory or fewer sessions'),
      );
    });
  });
}

function unopened({ reason, detail }: FromSession & { readonly kind: 'unopened' }): UserError {
  if (reason === 'missing-runtime') {
    return new UserError(
      'backend onnx: ONNX Runtime is not installed; run: npm install onnxruntime-node@1.30.0 --ignore-scripts',
    );
  }
  if (reason === 'missing-provider') {
    return new UserError(
      `backend onnx: ONNX Runtime has no CUDA here (${detail}); install CUDA 12, cuDNN 9 and the GPU libraries of onnxruntime-node, or take the CPU`,
    );
  }
  return new UserError(
    `backend onnx: the model does not load: ${detail}; give an ONNX file that ONNX Runtime 1.30 can run`,
  );
}

/** The near end of a thread that has said `open`. */
export function attachThread(
  worker: Worker,
  inputs: readonly ModelInput[],
  outputs: readonly ModelOutput[] = [],
): SessionThread {
  let settle: ((result: Ran | ThreadDeath) => void) | undefined;
  let tellDeath: (() => void) | undefined;
  let cause = 'it ended on its own';
  let dead = false;
  const answer = (result: Ran | ThreadDeath): void => {
    const waiting = settle;
    settle = undefined;
    waiting?.(result);
  };
  worker.on('message', (message: FromSession) => {
    if (message.kind === 'ran') answer(message);
  });
  worker.on('error', (thrown) => {
    cause = messageOf(thrown);
  });
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      dead = true;
      tellDeath?.();
      answer({ kind: 'died', cause });
      resolve();
    });
  });
  return {
    inputs,
    outputs,
    run(wanted, whenSettled) {
      settle = whenSettled;
      if (dead) answer({ kind: 'died', cause });
      else worker.postMessage(wanted satisfies ToSession);
    },
    onDeath(listener) {
      tellDeath = listener;
    },
    async close() {
      cause = 'the backend was closed';
      worker.postMessage('close' satisfies ToSession);
      await ended;
    },
  };
}
