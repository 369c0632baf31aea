import { setFlagsFromString } from 'node:v8';

/** V8 flags by name, without the leading dashes. */
export type Flags = Readonly<Record<string, Setting>>;

export interface Setting {
  /** V8's own value. */
  readonly usual: number;
  readonly held: number;
}

/** How many hold each flag now: flags belong to the process, in which several runs may go on at once. */
const holders = new Map<string, number>();

/**
 * Sets flags of V8, for all threads of the process, until the returned function is called; a second call of it does nothing.
 * Runs that hold the same flag at the same time share it: the last to let go restores it, to what the process was started
 * with or else to V8's own value.
 */
export function holdFlags(flags: Flags): () => void {
  let isHeld = true;
  for (const [name, { held }] of Object.entries(flags)) {
    holders.set(name, (holders.get(name) ?? 0) + 1);
    setFlagsFromString(`--${name}=${String(held)}`);
  }
  return () => {
    if (!isHeld) return;
    isHeld = false;
    for (const [name, { usual }] of Object.entries(flags)) {
      const left = (holders.get(name) ?? 1) - 1;
      holders.set(name, left);
      if (left === 0) setFlagsFromString(`--${name}=${startedWith(name) ?? String(usual)}`);
    }
  };
}

/** The value of a flag on the command line or in NODE_OPTIONS, of which the last counts. */
function startedWith(name: string): string | undefined {
  const given = [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv];
  const values = given.flatMap((text) => {
    const [flag = '', value] = text.split('=', 2);
    return flag.replace(/^--/, '').replaceAll('_', '-') === name && value !== undefined ? [value] : [];
  });
  return values.at(-1);
}
