import type { Group } from './comparison.js';
import { UNKNOWN } from './settings.js';

type Traits = Pick<Group, 'backend' | 'machine' | 'time' | 'batch' | 'settings'>;

/** What distinguishes the system of one group from that of another, by name: each value is that of `of`. */
export function changesOf(
  of: Traits,
  against: Traits,
): { readonly name: string; readonly from: string; readonly to: string }[] {
  const [own, others] = [traitsOf(of), traitsOf(against)];
  const names = [...new Set([...Object.keys(own), ...Object.keys(others)])];
  return names
    .map((name) => ({ name, from: others[name] ?? '-', to: own[name] ?? '-' }))
    .filter(({ from, to }) => from !== to);
}

/** The same for a candidate and its baseline, as one sentence; undefined where nothing is known to differ. */
export function changesNote(of: Group, against: Group): string | undefined {
  const changes = changesOf(of, against).filter(({ from, to }) => from !== UNKNOWN && to !== UNKNOWN);
  if (changes.length === 0) return undefined;
  const list = changes.map(({ name, from, to }) => `${name} (${from} before, ${to} now)`).join(', ');
  return `${of.label} and ${against.label} differ in more than the code of the service: ${list}.`;
}

function traitsOf({ backend, machine, time, batch, settings }: Traits): Readonly<Record<string, string>> {
  return { backend, machine: machine ?? 'none', time, batch: String(batch), ...settings };
}
