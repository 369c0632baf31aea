import { readLaw, type BlockReader } from './read-block.js';
import type { Service } from './system.js';

/** `service: 20ms`, or a law with `batchMarginal` beside it. */
export function parseService(block: BlockReader): Service {
  const tree = block.tree.kind === 'map' ? block.tree.entries.get('service') : undefined;
  if (tree?.kind !== 'map' || tree.entries.has('value') || tree.entries.has('range'))
    return { time: block.law('service'), batchMarginal: ALL };
  const service = block.block('service') as BlockReader;
  const time = readLaw(service, service.measured);
  const batchMarginal = service.parameter('batchMarginal', { unit: 'share', otherwise: 1, most: 1 });
  service.end();
  return { time, batchMarginal };
}

const ALL = { value: 1, unit: 'share', source: 'default', role: 'fixed' } as const;
