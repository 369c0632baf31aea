import { runHook, type Hook } from '../backends/registry.js';
import type { CustomCollector, CustomFold } from '../custom-collector.js';
import { printable, UserError } from '../errors.js';
import type { SampleBlock } from '../sample.js';

/** How long a call of a collector may take: it runs between other work of the main thread. */
const CALL_MS = 10_000;

/**
 * A collector of the user's own with every call bounded in time, as the hooks of a backend are: what goes wrong in one is a
 * `UserError` that names the collector and the call. `path` is that of its module.
 */
export function guardCollector(collector: CustomCollector, path: string, ms = CALL_MS): CustomCollector {
  const { name, metrics } = collector;
  const call = (hook: string): Hook => ({ plugin: `collector ${printable(name, 40)} (${path})`, path, name: hook, ms });
  return {
    name,
    metrics,
    create: (plan) =>
      new BoundedFold(
        now(call('create'), () => collector.create(plan)),
        call,
      ),
  };
}

class BoundedFold implements CustomFold {
  readonly #fold: CustomFold;
  readonly #call: (hook: string) => Hook;
  readonly merge?: (other: BoundedFold) => void;

  constructor(fold: CustomFold, call: (hook: string) => Hook) {
    this.#fold = fold;
    this.#call = call;
    const merge: ((other: CustomFold) => unknown) | undefined = (fold as CustomFold | null)?.merge?.bind(fold);
    if (merge === undefined) return;
    this.merge = (other) => {
      now(call('merge'), () => merge(other.#fold));
    };
  }

  add(block: SampleBlock): void {
    const add: (block: SampleBlock) => unknown = this.#fold.add.bind(this.#fold);
    now(this.#call('add'), () => add(block));
  }

  values(): ReturnType<CustomFold['values']> {
    return now(this.#call('values'), () => this.#fold.values());
  }
}

/** Throws `UserError` for a promise, too: nothing waits for it, and its failure would end the process. */
function now<T>(hook: Hook, work: () => T): T {
  const value = runHook(hook, work);
  const then: unknown = (value as { readonly then?: unknown } | null | undefined)?.then;
  if (typeof then !== 'function') return value;
  Promise.resolve(value).catch(() => undefined);
  throw new UserError(`${hook.plugin}: ${hook.name} returned a promise; a collector answers at once`);
}
