import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ServiceLocation } from '../backends/backend.js';

/** Whether the service answers from this machine, and so shares its CPUs. False where that is not known. */
export async function isServiceHere(find: () => Promise<ServiceLocation> | undefined): Promise<boolean> {
  try {
    const location = await find();
    if (location === undefined) return false;
    const host = location.url.hostname.replace(/^\[(.*)\]$/, '$1');
    const addresses = isIP(host) > 0 ? [host] : (await lookup(host, { all: true })).map(({ address }) => address);
    const own = new Set(Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address)));
    return addresses.some((address) => own.has(address) || LOOPBACK.test(address));
  } catch {
    return false;
  }
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
