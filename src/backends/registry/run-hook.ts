import { Script } from 'node:vm';
import { isUserError, messageOf, printable, UserError } from '../../errors.js';

/** One hook of a plugin that does not come with replay, as messages name it. */
export interface Hook {
  /** `backend mine (/path/mine.js)`. */
  readonly plugin: string;
  /** The path of its module; stack traces name it. */
  readonly path: string;
  /** `setUp`. */
  readonly name: string;
  /** How long it may take. */
  readonly ms: number;
  /** The member of `patienceMs` that allows it more time; absent: nothing does. */
  readonly patience?: string;
}

/** The hooks that have begun and not ended in this thread, the latest last. */
const atWork: string[] = [];

/** The hook of a plugin that is at work in this thread; undefined: none is. */
export function hookAtWork(): string | undefined {
  return atWork.at(-1);
}

function leave(name: string): void {
  const at = atWork.lastIndexOf(name);
  if (at >= 0) atWork.splice(at, 1);
}

/** How long a hook may go on after the run was stopped. */
const STOP_GRACE_MS = 2000;

/** Where the compiled script below finds what it calls. */
const CALLED = Symbol.for('replay.called-hook');
const script = new Script(`globalThis[Symbol.for('replay.called-hook')]()`, { filename: 'replay-hook.js' });

/**
 * What a synchronous hook returns, or the part of an asynchronous one up to its first wait. V8 ends it after `ms`, also in an
 * endless loop. Throws `UserError` that names the plugin and the hook; one that the plugin throws itself passes unchanged.
 */
export function runHook<T>(hook: Hook, work: () => T): T {
  const world = globalThis as unknown as Record<symbol, unknown>;
  const before = world[CALLED];
  world[CALLED] = work;
  atWork.push(hook.name);
  try {
    return script.runInThisContext({ timeout: hook.ms, displayErrors: false }) as T;
  } catch (thrown) {
    throw codeOf(thrown) === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? tooLate(hook, 'return') : hookFault(hook, thrown);
  } finally {
    world[CALLED] = before;
    leave(hook.name);
  }
}

/**
 * The same for a hook that returns a promise, which gets `ms` to settle, and `STOP_GRACE_MS` once `stop` is aborted. It also
 * ends where nothing is left in the process that could settle it.
 */
export function awaitHook<T>(hook: Hook, work: () => T | PromiseLike<T>, stop?: AbortSignal): Promise<Awaited<T>> {
  return new Promise((resolve, reject) => {
    const timers: NodeJS.Timeout[] = [];
    const end = (): void => {
      timers.forEach(clearTimeout);
      leave(hook.name);
      process.removeListener('beforeExit', ranDry);
      stop?.removeEventListener('abort', stopped);
    };
    const fail = (error: Error): void => {
      end();
      reject(error);
    };
    const later = (ms: number, error: () => Error): void => {
      // The process may end before: then nothing can settle it any more.
      const timer = setTimeout(() => {
        fail(error());
      }, ms);
      timers.push(timer.unref());
    };
    const ranDry = (): void => {
      fail(new UserError(`${hook.plugin}: ${hook.name} can never settle: nothing is left that it could wait for`));
    };
    const stopped = (): void => {
      later(STOP_GRACE_MS, () => new UserError(`${hook.plugin}: ${hook.name} did not end after the run was stopped`));
    };
    atWork.push(hook.name);
    process.on('beforeExit', ranDry);
    stop?.addEventListener('abort', stopped);
    if (stop?.aborted === true) stopped();
    later(hook.ms, () => tooLate(hook, 'settle'));
    let promise: T | PromiseLike<T>;
    try {
      promise = runHook(hook, work);
    } catch (thrown) {
      fail(thrown as Error);
      return;
    }
    Promise.resolve(promise).then(
      (value) => {
        end();
        resolve(value);
      },
      (thrown: unknown) => {
        fail(hookFault(hook, thrown));
      },
    );
  });
}

function tooLate({ plugin, name, ms, patience }: Hook, verb: string): UserError {
  const more = patience === undefined ? '' : `; a hook that needs longer says so in patienceMs.${patience}`;
  return new UserError(`${plugin}: ${name} did not ${verb} within ${String(ms / 1000)} s${more}`);
}

/** What a hook threw, as the plugin's own fault. */
function hookFault({ plugin, path, name }: Pick<Hook, 'plugin' | 'path' | 'name'>, thrown: unknown): Error {
  if (isUserError(thrown)) return thrown;
  return new UserError(`${plugin}: ${name} failed: ${thrownText(thrown, path)}`);
}

/** What was thrown, with the place in the plugin's own file where the stack names one. */
export function thrownText(thrown: unknown, path: string): string {
  return `${messageOf(thrown)}${placeIn(path, thrown)}`;
}

function placeIn(path: string, thrown: unknown): string {
  try {
    if (!(thrown instanceof Error) || typeof thrown.stack !== 'string') return '';
    const at = thrown.stack.indexOf(`${path}:`);
    const place = at < 0 ? undefined : /^:\d+/.exec(thrown.stack.slice(at + path.length, at + path.length + 20));
    return place == null ? '' : ` (line ${printable(place[0].slice(1))})`;
  } catch {
    // Its getters throw, too.
    return '';
  }
}

function codeOf(thrown: unknown): unknown {
  try {
    return (thrown as { readonly code?: unknown } | null | undefined)?.code;
  } catch {
    return undefined;
  }
}
