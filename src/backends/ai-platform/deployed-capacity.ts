import { printable } from '../../errors.js';
import type { Capacity } from '../backend.js';

interface DeployedModel {
  readonly id?: unknown;
  readonly dedicatedResources?: { readonly machineSpec?: MachineSpec };
  readonly automaticResources?: unknown;
  readonly status?: { readonly availableReplicaCount?: unknown };
}

interface MachineSpec {
  readonly machineType?: unknown;
  readonly acceleratorType?: unknown;
  readonly acceleratorCount?: unknown;
}

const MAX_MODELS = 1000;

/**
 * What an endpoint's description (`GET v1/projects/.../endpoints/ID`) says is running: `replicas`, which is what the bill
 * counts, then by machine type, and accelerators by theirs. Throws an Error where it does not say.
 */
export function deployedCapacity(description: unknown): readonly Capacity[] {
  if (typeof description !== 'object' || description === null) throw new Error('the description is no object');
  const { deployedModels = [] } = description as { readonly deployedModels?: unknown };
  if (!Array.isArray(deployedModels) || deployedModels.length > MAX_MODELS) {
    throw new Error('the description has no list of deployed models');
  }
  const counts = new Map<string, number>();
  for (const { kind, count } of deployedModels.flatMap((model) => ofModel((model ?? {}) as DeployedModel))) {
    counts.set(kind, (counts.get(kind) ?? 0) + count);
  }
  return [...counts].map(([kind, count]) => ({ kind, count }));
}

function ofModel({ id, dedicatedResources, automaticResources, status }: DeployedModel): readonly Capacity[] {
  // A zero is left out of the JSON form; a status is not.
  const replicas = status === undefined ? undefined : wholeNumber(status.availableReplicaCount ?? 0);
  if (replicas === undefined) {
    throw new Error(`deployed model ${printable(String(id), 40)} does not say how many replicas it has`);
  }
  const all = { kind: 'replicas', count: replicas };
  if (automaticResources !== undefined) return [all, { kind: 'automatic', count: replicas }];
  const { machineType, acceleratorType, acceleratorCount } = dedicatedResources?.machineSpec ?? {};
  if (typeof machineType !== 'string') {
    throw new Error(`deployed model ${printable(String(id), 40)} does not say its machine type`);
  }
  const machines = { kind: printable(machineType, 60), count: replicas };
  if (typeof acceleratorType !== 'string') return [all, machines];
  return [all, machines, { kind: shortName(acceleratorType), count: replicas * (wholeNumber(acceleratorCount) ?? 1) }];
}

/** `NVIDIA_TESLA_T4` is what price sheets call `t4`. */
function shortName(acceleratorType: string): string {
  const words = acceleratorType
    .toLowerCase()
    .split('_')
    .filter((word) => word !== 'nvidia' && word !== 'tesla');
  return printable(words.join('-'), 60);
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e6 ? value : undefined;
}
