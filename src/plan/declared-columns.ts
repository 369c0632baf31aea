import type { BackendPlugin } from '../backends/backend.js';
import { DECLARED_NAMES, USAGE_NAMES, type DeclaredName } from '../sample.js';

/** The columns of the sample log that a backend declares, in their order. */
export function declaredColumns(plugin: BackendPlugin, options: unknown): readonly DeclaredName[] {
  if (plugin.columns === undefined) return plugin.billing === undefined ? [] : USAGE_NAMES;
  const declared = plugin.columns(options);
  return DECLARED_NAMES.filter((name) => declared.includes(name));
}
