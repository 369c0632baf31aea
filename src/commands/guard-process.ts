import { Worker } from 'node:worker_threads';
import { messageOf, printable, UserError } from '../errors.js';
import type { Heartbeat } from './watchdog-thread.js';

/** Writes to standard output, past the guard. */
export type Print = (text: string) => void;

/** How long work may take to end itself, with what it can still report, after the plugin misbehaved. */
const GRACE_MS = 30_000;
/** The same where an endless loop was ended, which may have taken the work with it. */
const LOOP_GRACE_MS = 1000;
/** How long a plugin may block the main thread: longer than a synchronous hook may take. */
const MOST_BLOCKED_MS = 65_000;
const BEAT_MS = 250;

/**
 * Does `work` with a backend whose module is not ours, so that the module can neither end this process nor write to its standard
 * output (what it prints goes to standard error). `process.exit`, an error that nothing catches and an endless loop abort the
 * `stop` that `work` gets; its reason is then a `UserError` that names the plugin. Rejects with that error where `work` does
 * not end by itself. A built-in backend is not guarded.
 */
export async function guardProcess<T>(
  backend: string,
  stop: AbortSignal,
  work: (stop: AbortSignal, print: Print) => Promise<T>,
  mostBlockedMs = MOST_BLOCKED_MS,
): Promise<T> {
  const { hookAtWork, isBuiltInName } = await import('../backends/registry.js');
  if (isBuiltInName(backend)) return work(stop, (text) => void process.stdout.write(text));
  const fault = new Fault(`backend ${printable(backend)}`, hookAtWork);
  const stdout = redirectStdout();
  refuseExit(fault);
  catchStrays(fault);
  const endWatch = await watchBlocking(fault, mostBlockedMs);
  try {
    return await Promise.race([work(AbortSignal.any([stop, fault.signal]), stdout.print), fault.graceIsOver]);
  } finally {
    fault.close();
    endWatch();
    stdout.restore();
  }
}

/** The first thing that the plugin did to the process. */
class Fault {
  readonly graceIsOver: Promise<never>;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #giveUp: (error: UserError) => void = () => undefined;

  /** `hook`: the hook that is at work. */
  constructor(
    private readonly backend: string,
    private readonly hook: () => string | undefined,
  ) {
    this.graceIsOver = new Promise((_, reject) => {
      this.#giveUp = reject;
    });
    // It is raced, and may be too late.
    this.graceIsOver.catch(() => undefined);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Returns the error, of which only the first counts. */
  is(what: string, graceMs = GRACE_MS): UserError {
    const hook = this.hook();
    const error = new UserError(`${this.backend}: ${hook === undefined ? 'it' : hook} ${what}`);
    if (this.signal.aborted || this.#closed) return error;
    this.#timer = setTimeout(() => {
      this.#giveUp(error);
    }, graceMs);
    this.#controller.abort(error);
    return error;
  }

  /** The work is over: what comes now costs nothing any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}

/** A plugin that prints would break a report that is read by a program. */
function redirectStdout(): { readonly print: Print; readonly restore: () => void } {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  const before: typeof stdout.write = Reflect.get(stdout, 'write');
  const aside = ((...args: Parameters<typeof stdout.write>) => stderr.write(...args)) as typeof stdout.write;
  stdout.write = aside;
  return {
    print: (text) => void write(text),
    restore: () => {
      if (stdout.write === aside) stdout.write = before;
    },
  };
}

/** Until the command ends: a timer of the plugin may outlive the work. */
function refuseExit(fault: Fault): void {
  const instead = '; a plugin that cannot go on throws an error instead';
  process.exit = (code) => {
    const given = code === undefined || code === null ? '' : printable(String(code), 20);
    throw fault.is(`called process.exit(${given})${instead}`);
  };
  process.abort = () => {
    throw fault.is(`called process.abort()${instead}`);
  };
}

let catching: ((thrown: unknown, origin: NodeJS.UncaughtExceptionOrigin) => void) | undefined;

/** Errors of timers, of events, and of promises that nothing waits for, also until the command ends. */
function catchStrays(fault: Fault): void {
  if (catching !== undefined) process.removeListener('uncaughtException', catching);
  catching = (thrown, origin) => {
    const what = origin === 'unhandledRejection' ? 'left a promise that was rejected' : 'left something that threw';
    fault.is(`${what}: ${messageOf(thrown)}`);
  };
  process.on('uncaughtException', catching);
}

/** A thread of its own ends a loop that keeps the main thread from all else, Ctrl-C included. */
async function watchBlocking(fault: Fault, mostBlockedMs: number): Promise<() => void> {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const world = globalThis as unknown as Record<symbol, unknown>;
  const isBlocked = Symbol.for('replay.main-thread-is-blocked');
  world[isBlocked] = () => {
    const seconds = String(mostBlockedMs / 1000);
    fault.is(`kept the main thread busy for ${seconds} s (an endless loop, or a call that blocks)`, LOOP_GRACE_MS);
  };
  const beating = setInterval(() => {
    Atomics.add(beats, 0, 1);
  }, BEAT_MS);
  beating.unref();
  const workerData: Heartbeat = { beats, mostBlockedMs };
  const thread = new Worker(new URL('./watchdog-thread.js', import.meta.url), { workerData });
  await new Promise((resolve) => {
    thread.once('online', resolve);
    thread.once('error', resolve);
  });
  thread.unref();
  return () => {
    clearInterval(beating);
    void thread.terminate();
    Reflect.deleteProperty(world, isBlocked);
  };
}
