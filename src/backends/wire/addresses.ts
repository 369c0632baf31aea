import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../../clock.js';

/** The addresses of one host name, dealt in turn to new connections. */
export interface Addresses {
  /** All of them, at least one, in the order to try. Rejects with the resolver's error when there never was one. */
  next(): Promise<readonly string[]>;
  /** No connection could be opened there: it comes last for a while. */
  failed(address: string): void;
  /** How many are known now. */
  readonly count: number;
  close(): void;
}

/** How long an answer holds that came without a time to live, and within which bounds one that came with it is believed. */
const LOOKUP_TTL_MS = 30_000;
const LEAST_TTL_MS = 1000;
const MOST_TTL_MS = 300_000;
/** After a resolver failed, the addresses known before serve this long until it is asked again. */
const RETRY_MS = 1000;
/** An address without an answer comes last for this long. */
const FAILED_MS = 30_000;

/** Who knows the addresses of names. */
export interface Names {
  /** As the system reports them; rejects where there are none. */
  bySystem(host: string): Promise<readonly string[]>;
  byNameServer(host: string): Promise<NameServerAnswer>;
  cancel(): void;
}

export interface NameServerAnswer {
  readonly addresses: readonly string[];
  readonly ttlMs: number;
}

/** One that is never looked up. */
export function oneAddress(address: string): Addresses {
  return { next: () => Promise.resolve([address]), failed: () => undefined, count: 1, close: () => undefined };
}

/** Names that have these addresses, whatever the system says. */
export function givenNames(addresses: readonly string[]): Names {
  return {
    bySystem: () => Promise.resolve(addresses),
    byNameServer: () => Promise.resolve({ addresses: [], ttlMs: 0 }),
    cancel: () => undefined,
  };
}

/**
 * Asks the system first (it knows the hosts file and search domains) and the name server beside it (it knows the time to
 * live, and more addresses). The name server's word counts only where it confirms the system's: a name that the hosts
 * file points elsewhere stays there. Round robin goes over the family the system prefers; the other is the fallback.
 */
export function createAddresses(host: string, clock: Clock, given?: Names): Addresses {
  if (isIP(host) !== 0) return oneAddress(host);
  const names = given ?? realNames();
  const failures = new Map<string, number>();
  let known: Known = { addresses: [], expiresMs: -Infinity };
  let asking: Promise<void> | undefined;
  let turn = 0;

  const ask = async (): Promise<void> => {
    try {
      const addresses = await names.bySystem(host);
      known = { addresses, expiresMs: clock.now() + LOOKUP_TTL_MS };
    } catch (thrown) {
      if (known.addresses.length === 0) throw thrown;
      known = { ...known, expiresMs: clock.now() + RETRY_MS };
      return;
    }
    void names.byNameServer(host).then((answer) => {
      known = refine(known, answer, clock.now());
    });
  };

  return {
    async next() {
      if (!isAhead(known.expiresMs, MOST_TTL_MS, clock)) {
        asking ??= ask().finally(() => {
          asking = undefined;
        });
        await asking;
      }
      const hasFailed = (address: string): boolean => isAhead(failures.get(address) ?? -Infinity, FAILED_MS, clock);
      const sound = known.addresses.filter((address) => !hasFailed(address));
      return [...inTurn(sound, turn++), ...known.addresses.filter(hasFailed)];
    },
    failed(address) {
      failures.set(address, clock.now() + FAILED_MS);
    },
    get count() {
      return known.addresses.length;
    },
    close() {
      names.cancel();
    },
  };
}

/** Whether a moment lies ahead. The clock is set to 0 once, at the start of the run: one further ahead than it may be is from before. */
function isAhead(momentMs: number, mostAheadMs: number, clock: Clock): boolean {
  const aheadMs = momentMs - clock.now();
  return aheadMs > 0 && aheadMs <= mostAheadMs;
}

function realNames(): Names {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  return {
    bySystem: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
    byNameServer: (host) => askNameServer(resolver, host),
    cancel() {
      resolver.cancel();
    },
  };
}

interface Known {
  readonly addresses: readonly string[];
  readonly expiresMs: number;
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
