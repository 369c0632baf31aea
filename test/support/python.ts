import { spawnSync } from 'node:child_process';

/** Importing would take a second. */
const FOUND = 'import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)';

/** A Python that has the module; undefined, after a line that says so, where there is none. */
export function pythonWith(module: string): string | undefined {
  const found = [process.env['PYTHON'], 'python3', '/usr/bin/python3']
    .filter((name) => name !== undefined)
    .find((name) => spawnSync(name, ['-c', FOUND, module]).status === 0);
  if (found === undefined) console.warn(`no Python with ${module} here: the example for it is not run`);
  return found;
}
