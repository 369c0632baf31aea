import type { ModelInput, ModelOutput } from './model-input.js';
import { openThread, type SessionThread } from './open-thread.js';
import type { Ran, SessionOrder, Wanted } from './session-messages.js';

/** Session threads behind one queue, first come first served. A thread has one run at a time. */
export interface SessionPool {
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly ModelOutput[];
  /** Threads that died on their own. */
  lost(): number;
  /** Queues a run. `settle` runs once, unless the run is cancelled first. */
  submit(wanted: Wanted, settle: (answer: Answer) => void): PoolRun;
  /** `runs` runs in every thread, all threads at once, of these by turns. Resolves with the first error, if any. */
  warm(runs: number, wanted: readonly Wanted[]): Promise<FailedRun | undefined>;
  /** What waits is settled as dead; what runs is let run to its end; then all threads end. */
  close(): Promise<void>;
}

export interface FailedRun {
  /** Which of those that were to be run. */
  readonly index: number;
  readonly error: string;
}

export type Answer = Ran | { readonly kind: 'died'; readonly cause: string };

export interface PoolRun {
  /** Takes it out of the queue. One that has begun goes on to its end, unheard. */
  cancel(): void;
}

/** Starts the threads, all at once. Rejects with `UserError` when one cannot load the model; the others are ended. */
export async function openSessionPool(
  order: SessionOrder,
  sessions: number,
  signal: AbortSignal,
): Promise<SessionPool> {
  const opened = await Promise.allSettled(Array.from({ length: sessions }, () => openThread(order, signal)));
  const threads = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = opened.find((result) => result.status === 'rejected');
  if (failed === undefined) return poolThreads(threads);
  await closeAll(threads);
  throw failed.reason;
}

/** The queue before threads that are open. */
export function poolThreads(threads: readonly SessionThread[]): SessionPool {
  return new ThreadPool(threads);
}

async function closeAll(threads: Iterable<SessionThread>): Promise<void> {
  await Promise.all(Array.from(threads, (thread) => thread.close()));
}

interface Job extends PoolRun {
  readonly wanted: Wanted;
  settle: ((answer: Answer) => void) | undefined;
}

class ThreadPool implements SessionPool {
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly ModelOutput[];
  readonly #live: Set<SessionThread>;
  readonly #idle: SessionThread[];
  readonly #queue = new JobQueue();
  #lost = 0;
  #closed = false;
  #lastCause = 'no session thread is left';

  constructor(threads: readonly SessionThread[]) {
    this.inputs = threads[0]?.inputs ?? [];
    this.outputs = threads[0]?.outputs ?? [];
    this.#live = new Set(threads);
    this.#idle = [...threads];
    for (const thread of threads) {
      thread.onDeath(() => {
        this.#forget(thread);
      });
    }
  }

  lost(): number {
    return this.#lost;
  }

  submit(wanted: Wanted, settle: (answer: Answer) => void): PoolRun {
    const job: Job = {
      wanted,
      settle,
      cancel() {
        job.settle = undefined;
      },
    };
    this.#queue.push(job);
    this.#dispatch();
    return job;
  }

  async warm(runs: number, wanted: readonly Wanted[]): Promise<FailedRun | undefined> {
    const threads = this.#idle.splice(0);
    const errors = await Promise.all(threads.map((thread) => warmThread(thread, runs, wanted)));
    this.#idle.push(...threads.filter((thread) => this.#live.has(thread)));
    this.#dispatch();
    return errors.find((error) => error !== undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#lastCause = 'the backend was closed';
    this.#dispatch();
    await closeAll([...this.#live]);
  }

  #dispatch(): void {
    if (this.#closed || this.#live.size === 0) {
      for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift())
        job.settle?.({ kind: 'died', cause: this.#lastCause });
      return;
    }
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop()) {
      const job = this.#queue.shift();
      if (job === undefined) {
        this.#idle.push(thread);
        return;
      }
      this.#run(thread, job);
    }
  }

  /** The next run starts before this one's answer is looked at. */
  #run(thread: SessionThread, job: Job): void {
    thread.run(job.wanted, (answer) => {
      if (answer.kind === 'died') this.#lastCause = answer.cause;
      else this.#idle.push(thread);
      this.#dispatch();
      job.settle?.(answer);
    });
  }

  #forget(thread: SessionThread): void {
    this.#live.delete(thread);
    if (!this.#closed) this.#lost++;
    const at = this.#idle.indexOf(thread);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#live.size === 0) this.#dispatch();
  }
}

async function warmThread(
  thread: SessionThread,
  runs: number,
  wanted: readonly Wanted[],
): Promise<FailedRun | undefined> {
  for (let i = 0; i < runs; i++) {
    const index = i % wanted.length;
    const answer = await new Promise<Answer>((resolve) => {
      thread.run(wanted[index] as Wanted, resolve);
    });
    if (answer.kind === 'died') return { index, error: `the session thread died: ${answer.cause}` };
    if (answer.error !== undefined) return { index, error: answer.error };
  }
  return undefined;
}

/** Oldest first. Cancelled jobs stay until they come to the front, where they are skipped. */
class JobQueue {
  #jobs: (Job | undefined)[] = [];
  #front = 0;

  push(job: Job): void {
    this.#jobs.push(job);
  }

  /** The oldest that still waits. */
  shift(): Job | undefined {
    while (this.#front < this.#jobs.length) {
      const job = this.#jobs[this.#front];
      this.#jobs[this.#front++] = undefined;
      this.#compact();
      if (job?.settle !== undefined) return job;
    }
    return undefined;
  }

  /** Each job is moved at most once on average. */
  #compact(): void {
    if (this.#front < 1024 || this.#front * 2 < this.#jobs.length) return;
    this.#jobs = this.#jobs.slice(this.#front);
    this.#front = 0;
  }
}
