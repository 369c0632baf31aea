import type { BackendPlugin } from '#src/backends/backend';
import { importPlugin, locatePlugin } from '#src/backends/registry';

/** A built-in backend as a run gets it: through the registry. */
export async function registeredPlugin(name: string): Promise<BackendPlugin> {
  return importPlugin((await locatePlugin(name, '.')).url);
}
