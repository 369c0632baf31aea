import { parseService } from './parse-service.js';
import type { BlockReader } from './read-block.js';
import type { ColdStart, Pool } from './system.js';

const COUNT = { unit: 'count', whole: true, most: 1e6 } as const;

export function parsePool(block: BlockReader): Pool {
  const pool: Pool = {
    kind: 'pool',
    service: parseService(block),
    concurrency: block.parameter('concurrency', { ...COUNT, otherwise: 1, positive: true }),
    contention: block.parameter('contention', { unit: 'share', otherwise: 0, most: 1 }),
    start: block.choice('start', ['bound', 'shared'], 'bound'),
    waitingPerStart: block.choice('waitingPerStart', ['1', '2', '4'], '1'),
    startRate: block.parameter('startRate', { unit: '/s', otherwise: Infinity, positive: true }),
    coldStart: parseColdStart(block),
    idleLaw: block.choice('idleLaw', ['fixed', 'exponential'], 'exponential'),
    idleLifetime: block.parameter('idleLifetime', { unit: 'ms' }),
    concurrencyLimit: block.parameter('concurrencyLimit', {
      unit: 'count',
      otherwise: Infinity,
      whole: true,
      positive: true,
    }),
    minimum: block.parameter('minimum', { ...COUNT, otherwise: 0 }),
    provisioned: block.parameter('provisioned', { ...COUNT, otherwise: 0 }),
  };
  block.end();
  return pool;
}

/** A law, or `{stages: {container: ..., ...}, overlap, slices}`. */
function parseColdStart(pool: BlockReader): ColdStart {
  const tree = pool.tree.kind === 'map' ? pool.tree.entries.get('coldStart') : undefined;
  if (tree?.kind !== 'map' || !tree.entries.has('stages')) return { kind: 'whole', time: pool.law('coldStart') };
  const block = pool.block('coldStart') as BlockReader;
  const stages = block.block('stages') as BlockReader;
  const coldStart: ColdStart = {
    kind: 'stages',
    container: stages.law('container'),
    import: stages.law('import'),
    download: stages.law('download'),
    load: stages.law('load'),
    firstInference: stages.law('firstInference'),
    overlap: block.choice('overlap', ['none', 'import', 'slices'], 'none'),
    slices: block.parameter('slices', { ...COUNT, otherwise: 1, positive: true, most: 1000 }),
  };
  stages.end();
  block.end();
  return coldStart;
}
