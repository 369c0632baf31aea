import { UserError } from '../../errors.js';
import type { Backend } from '../backend.js';
import { awaitHook, runHook, type Hook } from './run-hook.js';

/** Where the hooks of one plugin get their names and bounds. */
export interface HooksOf {
  readonly plugin: string;
  readonly hookOf: (name: string) => Hook;
  readonly slow: (name: 'prepare' | 'rehearse' | 'close') => Hook;
}

/** A client of a plugin that does not come with replay. `invoke` is called as it is: each call has its own bound. Throws `UserError`. */
export function guardBackend(made: unknown, hooks: HooksOf, hook = 'create'): Backend {
  const backend = asBackend(made, hooks.plugin, hook);
  const { hookOf, slow } = hooks;
  return {
    invoke: backend.invoke.bind(backend),
    ...(backend.invokeBatch && { invokeBatch: backend.invokeBatch.bind(backend) }),
    ...(backend.prepare && {
      prepare: (stop) => awaitHook(slow('prepare'), () => backend.prepare?.(stop), stop),
    }),
    ...(backend.rehearse && {
      rehearse: async (stop) => {
        const standIn: unknown = await awaitHook(slow('rehearse'), () => backend.rehearse?.(stop), stop);
        return standIn === undefined || standIn === null ? undefined : guardBackend(standIn, hooks, 'rehearse');
      },
    }),
    // Its answer is awaited, and bounded, where it is asked.
    ...(backend.probe && {
      probe: async (signal) => (await runHook(hookOf('probe'), () => backend.probe?.(signal))) ?? [],
    }),
    ...(backend.facts && { facts: () => runHook(hookOf('facts'), () => backend.facts?.() ?? {}) }),
    ...(backend.close && { close: () => awaitHook(slow('close'), () => backend.close?.()) }),
  };
}

function asBackend(made: unknown, plugin: string, hook: string): Backend {
  if (typeof made !== 'object' || made === null || !('invoke' in made) || typeof made.invoke !== 'function')
    throw new UserError(`${plugin}: ${hook} returned no backend (an object with invoke)`);
  const backend = made as Backend;
  const wrong = HOOKS.find((name) => backend[name] !== undefined && typeof backend[name] !== 'function');
  if (wrong !== undefined) throw new UserError(`${plugin}: ${wrong} is no function`);
  return backend;
}

const HOOKS = ['invokeBatch', 'prepare', 'rehearse', 'probe', 'facts', 'close'] as const;
