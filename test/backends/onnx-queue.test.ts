import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionThread } from '#src/backends/onnx/open-thread';
import { poolThreads, type Answer, type PoolRun } from '#src/backends/onnx/session-pool';

type Step = { readonly do: 'submit' } | { readonly do: 'cancel' | 'finish' | 'kill'; readonly which: number };

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Step>({ do: 'submit' }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('finish' as const), which: fc.nat(1000) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(1000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), which: fc.nat(1000) }) },
  ),
  { maxLength: 200 },
);

describe('the queue before the threads', () => {
  it('is first come first served, leaves no thread idle, settles once, and never runs what was cancelled', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), steps, (count, plan) => {
        const world = new World(count);
        for (const step of plan) {
          world.take(step);
          world.check();
        }
        world.drain();
      }),
      { numRuns: 300 },
    );
  });

  it('stays first come first served through thousands of runs', () => {
    const world = new World(1);
    for (let i = 0; i < 5000; i++) world.take({ do: 'submit' });
    for (let i = 1; i < 5000; i += 3) world.cancel(i);
    world.drain();
    expect(world.started.length).toBe(5000 - Math.floor((5000 - 2) / 3) - 1);
  });
});

/** Threads that finish when asked to, and what must be true of the pool before them. */
class World {
  readonly started: number[] = [];
  readonly #threads: HandThread[];
  readonly #pool;
  readonly #runs: PoolRun[] = [];
  readonly #answers: Answer[][] = [];
  readonly #startedSet = new Set<number>();
  /** Cancelled before they began. */
  readonly #cancelled = new Set<number>();
  /** Cancelled before they were settled. */
  readonly #unheard = new Set<number>();

  constructor(count: number) {
    this.#threads = Array.from(
      { length: count },
      () =>
        new HandThread((feed) => {
          this.#begin(feed);
        }),
    );
    this.#pool = poolThreads(this.#threads);
  }

  take(step: Step): void {
    if (step.do === 'submit') {
      const answers: Answer[] = [];
      this.#answers.push(answers);
      this.#runs.push(this.#pool.submit(this.#answers.length - 1, (answer) => answers.push(answer)));
    } else if (step.do === 'cancel') {
      if (this.#runs.length > 0) this.cancel(step.which % this.#runs.length);
    } else {
      const living = this.#threads.filter(({ dead }) => !dead);
      const thread = living[step.which % Math.max(1, living.length)];
      if (step.do === 'finish') thread?.finish();
      else thread?.die();
    }
  }

  #begin(feed: number): void {
    this.started.push(feed);
    this.#startedSet.add(feed);
  }

  cancel(index: number): void {
    if (!this.#startedSet.has(index) && this.#answers[index]?.length === 0) this.#cancelled.add(index);
    if (this.#answers[index]?.length === 0) this.#unheard.add(index);
    this.#runs[index]?.cancel();
  }

  check(): void {
    expect(this.started).toEqual([...this.started].sort((a, b) => a - b));
    expect(this.started.some((index) => this.#cancelled.has(index))).toBe(false);
    expect(this.#answers.every((answers) => answers.length <= 1)).toBe(true);
    const living = this.#threads.filter(({ dead }) => !dead);
    const open = this.#answers.filter(
      (answers, i) => answers.length === 0 && !this.#cancelled.has(i) && !this.#startedSet.has(i),
    );
    // Work conserving: while anything waits, every living thread is busy; and nothing waits for threads that are dead.
    if (open.length > 0) expect(living.length > 0 && living.every(({ busy }) => busy)).toBe(true);
    expect(this.#pool.lost()).toBe(this.#threads.length - living.length);
  }

  drain(): void {
    for (let busy = true; busy;) {
      busy = false;
      for (const thread of this.#threads) if (thread.finish()) busy = true;
    }
    this.check();
    this.#answers.forEach((answers, i) => {
      expect(answers.length).toBe(this.#unheard.has(i) ? 0 : 1);
    });
  }
}

class HandThread implements SessionThread {
  readonly inputs = [];
  readonly outputs = [];
  dead = false;
  #settle: Parameters<SessionThread['run']>[1] | undefined;
  #onDeath: (() => void) | undefined;

  constructor(private readonly onStart: (feed: number) => void) {}

  get busy(): boolean {
    return this.#settle !== undefined;
  }

  run(feed: number, settle: Parameters<SessionThread['run']>[1]): void {
    // One at a time, and only while it lives.
    expect(this.busy || this.dead).toBe(false);
    this.#settle = settle;
    this.onStart(feed);
  }

  onDeath(listener: () => void): void {
    this.#onDeath = listener;
  }

  finish(): boolean {
    return this.#answer({ kind: 'ran', endMonotonicMs: 0, tookMs: 0 });
  }

  die(): void {
    this.dead = true;
    this.#onDeath?.();
    this.#answer({ kind: 'died', cause: 'told to' });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #answer(result: Answer): boolean {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(result);
    return settle !== undefined;
  }
}
