import type { BackendPlugin } from '../backends/backend.js';
import { guardProcess } from './guard-process.js';

/** A backend by its name, path or package, before there is a run. Throws `UserError`. */
export function loadPlugin(name: string, folder: string): Promise<BackendPlugin> {
  return guardProcess(name, new AbortController().signal, async (stop) => {
    const { importPlugin, locatePlugin } = await import('../backends/registry.js');
    const plugin = await importPlugin((await locatePlugin(name, folder)).url);
    stop.throwIfAborted();
    return plugin;
  });
}
