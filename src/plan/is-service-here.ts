import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ServiceLocation } from '../backends/backend.js';

type Interfaces = ReturnType<typeof networkInterfaces>;

/**
 * Whether the service answers from this machine, and so shares its CPUs: on loopback, at an address of this machine, or in a
 * container or virtual machine behind one of its bridges. False where that is not known.
 */
export async function isServiceHere(
  find: () => Promise<ServiceLocation> | undefined,
  interfaces: Interfaces = networkInterfaces(),
): Promise<boolean> {
  try {
    const location = await find();
    if (location === undefined) return false;
    const host = location.url.hostname.replace(/^\[(.*)\]$/, '$1');
    const addresses = isIP(host) > 0 ? [host] : (await lookup(host, { all: true })).map(({ address }) => address);
    const here = addressesHere(interfaces);
    return addresses.some((address) => here.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
  } catch {
    return false;
  }
}

/** What Docker, Podman, containerd, libvirt and LXC call the bridges to what they run. */
const BRIDGE = /^(docker|podman|cni|virbr|lxc|lxd|br-)/;

function addressesHere(interfaces: Interfaces): BlockList {
  const here = new BlockList();
  here.addSubnet('127.0.0.0', 8);
  here.addAddress('::1', 'ipv6');
  for (const [name, all = []] of Object.entries(interfaces)) {
    for (const { address, cidr, family } of all) {
      const kind = family === 'IPv6' ? 'ipv6' : 'ipv4';
      here.addAddress(address, kind);
      if (cidr !== null && BRIDGE.test(name)) here.addSubnet(address, Number(cidr.split('/')[1]), kind);
    }
  }
  return here;
}
