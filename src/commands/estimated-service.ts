import type { BackendPlugin } from '../backends/backend.js';
import type { EstimatedService } from '../cost-terms.js';
import { loadPlugin } from './load-plugin.js';

/** How the service that `--backend` names is billed, as its plugin says. Throws `UserError` for an unknown name. */
export async function estimatedService(name: string, folder: string): Promise<EstimatedService> {
  const { BACKENDS } = await import('../backends/registry.js');
  const builtIn = await Promise.all(BACKENDS.map((row) => loadPlugin(row.name, folder)));
  const known = builtIn.flatMap(servicesOf).find((service) => service.name === name);
  return known ?? (servicesOf(await loadPlugin(name, folder))[0] as EstimatedService);
}

function servicesOf({ name, estimates = [] }: BackendPlugin): readonly EstimatedService[] {
  return estimates.length === 0 ? [{ name, model: 'none' }] : estimates;
}
