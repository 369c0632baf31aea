import { BILLING_MODELS, LATEST_PRICES, type Billing } from '../cost-terms.js';
import type { BlockReader } from './read-block.js';
import type { Meter } from './system.js';

/** What bills a system; without the block, nothing does. */
export function parseMeter(block: BlockReader | undefined): Meter {
  if (block === undefined)
    return { billing: { model: 'none' }, sheet: LATEST_PRICES, startShare: NONE, floorOnly: false };
  const model = block.choice('billing', BILLING_MODELS, 'none').value;
  const meter: Meter = {
    billing: { model, ...amounts(block), ...names(block) },
    sheet: block.text('sheet', LATEST_PRICES),
    startShare: block.parameter('startShare', { unit: 'share', otherwise: 0, most: 1 }),
    floorOnly: block.choice('floorOnly', ['true', 'false'], 'false').value === 'true',
  };
  block.end();
  return meter;
}

const NONE = { value: 0, unit: 'share', source: 'default', role: 'fixed' } as const;

function amounts(block: BlockReader): Pick<Billing, 'memoryMb' | 'cpus' | 'concurrency'> {
  const amount = (name: string): number | undefined =>
    block.has(name) ? block.parameter(name, { unit: 'count', positive: true }).value : undefined;
  const [memoryMb, cpus, concurrency] = [amount('memoryMb'), amount('cpus'), amount('concurrency')];
  return {
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

function names(block: BlockReader): Pick<Billing, 'machine' | 'region' | 'architecture'> {
  const told = (name: string): string | undefined => (block.has(name) ? block.text(name) : undefined);
  const [machine, region] = [told('machine'), told('region')];
  const architecture = block.has('architecture')
    ? block.choice('architecture', ['x86_64', 'arm64'], 'x86_64').value
    : undefined;
  return {
    ...(machine === undefined ? {} : { machine }),
    ...(region === undefined ? {} : { region }),
    ...(architecture === undefined ? {} : { architecture }),
  };
}
