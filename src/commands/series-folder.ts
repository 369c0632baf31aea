import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A name below `runs` that nothing has yet: runs/20261124-084512-repeat-5, UTC. */
export function freshSeriesFolder(date: Date, what: string): string {
  const stamp = date.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const wanted = join('runs', `${stamp}-${what}`);
  let folder = wanted;
  for (let n = 2; existsSync(folder); n++) folder = `${wanted}-${String(n)}`;
  return folder;
}
