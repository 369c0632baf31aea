import { spawnSync } from 'node:child_process';

/** A Python that has the module; undefined, after a line that says so, where there is none. */
export function pythonWith(module: string): string | undefined {
  const found = [process.env['PYTHON'], 'python3', '/usr/bin/python3']
    .filter((name) => name !== undefined)
    .find((name) => spawnSync(name, ['-c', `import ${module}`]).status === 0);
  if (found === undefined) console.warn(`no Python with ${module} here: the example for it is not run`);
  return found;
}
