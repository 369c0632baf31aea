import { setFlagsFromString } from 'node:v8';

/**
 * From now on the room for young objects stays as large as it is, in all threads: it doubles when much survives, once or
 * twice in a long run, and the memory of the run with it. Returns what makes it as usual again.
 */
export function keepYoungSize(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  return () => {
    setFlagsFromString('--semi-space-growth-factor=2');
  };
}
