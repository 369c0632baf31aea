import { readFileSync } from 'node:fs';
import { UserError } from '../../errors.js';

export interface SocketNeeds {
  /** Connections asked for; null: as many as it takes. */
  readonly connections: number | null;
  /** Requests that may be open at once, each of which may need a connection of its own. */
  readonly mostInFlight: number;
}

/** Files, threads' pipes and the log need some themselves. */
const RESERVED_FILES = 100;

/**
 * Compares what a run may open with what this process and machine allow (open files, and local ports towards one
 * address). Throws `UserError` where the connections asked for cannot be opened; where they might run out, a sentence
 * that says so. Where the system does not tell its limits there are none.
 */
export function checkSocketLimits(
  { connections, mostInFlight }: SocketNeeds,
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): string[] {
  const limits = [
    { most: told(() => openFiles(read)) - RESERVED_FILES, what: 'open files', mend: 'raise it with ulimit -n' },
    { most: told(() => localPorts(read)), what: 'local ports', mend: 'widen net.ipv4.ip_local_port_range' },
  ];
  return limits.flatMap(({ most, what, mend }) => {
    if (connections !== null && connections > most) {
      throw new UserError(
        `--connections ${String(connections)}: this machine has ${what} for ${String(most)} connections; ${mend}, or ask for fewer`,
      );
    }
    if (connections !== null || mostInFlight <= most) return [];
    return [
      `up to ${String(mostInFlight)} requests may be in flight, and this machine has ${what} for ${String(most)} connections; ${mend}, or lower --max-in-flight`,
    ];
  });
}

function told(limit: () => number): number {
  try {
    const most = limit();
    return Number.isNaN(most) ? Infinity : most;
  } catch {
    return Infinity;
  }
}

/** The soft limit, which Node raises to the hard one when it starts (proc(5), limits). */
function openFiles(read: (path: string) => string): number {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(read('/proc/self/limits'))?.[1];
  return soft === 'unlimited' ? Infinity : Number(soft);
}

function localPorts(read: (path: string) => string): number {
  const [first, last] = read('/proc/sys/net/ipv4/ip_local_port_range').trim().split(/\s+/).map(Number);
  return (last ?? NaN) - (first ?? NaN) + 1;
}
