import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Returns what closes the standard streams whose terminal is gone, to be called right before the process exits: Node restores
 * the settings of each terminal that it started with, and aborts where one refuses them (EIO).
 */
export function closeLostTerminals(): () => void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  return () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd);
  };
}
