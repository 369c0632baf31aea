import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../../clock.js';

/** The addresses of one host name, dealt in turn to new connections. */
export interface Addresses {
  /** All of them, in the order to try. Rejects with the resolver's error when there are none. */
  next(): Promise<readonly string[]>;
  /** How many are known now. */
  readonly count: number;
  close(): void;
}

/** How long an answer holds that came without a time to live, and within which bounds one that came with it is believed. */
const LOOKUP_TTL_MS = 30_000;
const LEAST_TTL_MS = 1000;
const MOST_TTL_MS = 300_000;

/**
 * Asks the system first (it knows the hosts file and search domains) and the name server beside it (it knows the time to
 * live, and more addresses). The name server's word counts only where it confirms the system's: a name that the hosts
 * file points elsewhere stays there. Round robin goes over the family the system prefers; the other is the fallback.
 */
export function createAddresses(host: string, clock: Clock): Addresses {
  if (isIP(host) !== 0) return { next: () => Promise.resolve([host]), count: 1, close: () => undefined };
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  let known: Known = { addresses: [], expiresMs: -Infinity };
  let asking: Promise<void> | undefined;
  let turn = 0;

  const ask = async (): Promise<void> => {
    const addresses = (await lookup(host, { all: true })).map(({ address }) => address);
    known = { addresses, expiresMs: clock.now() + LOOKUP_TTL_MS };
    void askNameServer(resolver, host).then((answer) => {
      known = refine(known, answer, clock.now());
    });
  };

  return {
    async next() {
      // The clock is set to 0 once, at the start of the run: an expiry far ahead is from before.
      const isFresh = known.expiresMs > clock.now() && known.expiresMs <= clock.now() + MOST_TTL_MS;
      if (!isFresh) {
        asking ??= ask().finally(() => {
          asking = undefined;
        });
        await asking;
      }
      return inTurn(known.addresses, turn++);
    },
    get count() {
      return known.addresses.length;
    },
    close() {
      resolver.cancel();
    },
  };
}

interface Known {
  readonly addresses: readonly string[];
  readonly expiresMs: number;
}

interface NameServerAnswer {
  readonly addresses: readonly string[];
  readonly ttlMs: number;
}

async function askNameServer(resolver: Resolver, host: string): Promise<NameServerAnswer> {
  const answers = await Promise.allSettled([
    resolver.resolve4(host, { ttl: true }),
    resolver.resolve6(host, { ttl: true }),
  ]);
  const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  return { addresses: records.map(({ address }) => address), ttlMs: Math.min(...records.map(({ ttl }) => ttl)) * 1000 };
}

function refine(known: Known, answer: NameServerAnswer, nowMs: number): Known {
  if (!known.addresses.some((address) => answer.addresses.includes(address))) return known;
  const ttlMs = Math.min(Math.max(answer.ttlMs, LEAST_TTL_MS), MOST_TTL_MS);
  const families = new Set(known.addresses.map(isIP));
  const more = answer.addresses.filter((address) => families.has(isIP(address)));
  return { addresses: [...new Set([...known.addresses, ...more])], expiresMs: nowMs + ttlMs };
}

function inTurn(addresses: readonly string[], turn: number): readonly string[] {
  const family = isIP(addresses[0] ?? '');
  const preferred = addresses.filter((address) => isIP(address) === family);
  const others = addresses.filter((address) => isIP(address) !== family);
  const first = turn % Math.max(1, preferred.length);
  return [...preferred.slice(first), ...preferred.slice(0, first), ...others];
}
