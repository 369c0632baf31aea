import { parseSystem } from '#src/systems/parse-system';
import { parseTree } from '#src/systems/read-tree';
import type { SimulatedSystem } from '#src/systems/system';

/** The system of a YAML text. */
export async function systemFrom(text: string): Promise<SimulatedSystem> {
  return parseSystem(await parseTree(`name: mine\n${text}`, 'mine.yaml'), { model: null, runtime: null });
}
