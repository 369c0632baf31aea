import { execFile, execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { isInNoProxy } from '#src/backends/wire/no-proxy';
import { openLoopbackProxy } from '../../support/loopback-proxy.js';

it.each([
  ['http://10.1.2.3/', '10.0.0.0/8', true],
  ['http://10.1.2.3/', 'fd00::/8,10.0.0.0/8', true],
  ['http://11.1.2.3/', '10.0.0.0/8', false],
  ['http://10.1.2.3/', '10.9.9.9/8', true],
  ['http://10.1.2.3/', '10.0.0.0/33', false],
  ['http://10.1.2.3/', '10.0.0.0/', false],
  ['http://10.1.2.3/', '0.0.0.0/0', true],
  ['http://[fd00::1]/', '0.0.0.0/0', false],
  ['http://10.1.2.3/', '::/0', false],
  ['http://[fd00::1]/', '::/0', true],
  ['http://[fd12::1]/', 'FD00::/8', true],
  ['http://[fe80::1]/', 'fd00::/8', false],
  ['http://[::ffff:10.1.2.3]/', '10.0.0.0/8', true],
  ['http://[::1]/', '::1', true],
  ['http://[::1]/', '[::1]', true],
  ['http://[::1]/', '0:0:0:0:0:0:0:1', true],
  ['http://[::1]:8080/', '[::1]:8080', true],
  ['http://[::1]:8081/', '[::1]:8080', false],
  ['http://[fe80::1]/', 'fe80::1%eth0', false],
  ['http://10.1.2.3/', '10.1.2.3.', true],
  ['http://10.1.2.3/', '2.3', false],
  ['http://10.1.2.3:81/', '10.1.2.3:81', true],
  ['http://host.test/', 'host.test:80', true],
  ['https://host.test/', 'host.test:443', true],
  ['https://host.test/', 'host.test:80', false],
  ['http://host.test:8080/', 'host.test:8080', true],
  ['http://a.host.test/', 'host.test', true],
  ['http://a.host.test/', '.host.test', true],
  ['http://host.test/', '.host.test', true],
  ['http://a.host.test/', '*.host.test', true],
  ['http://host.test/', '*.host.test', false],
  ['http://ahost.test/', 'host.test', false],
  ['http://host.test.evil/', 'host.test', false],
  ['http://host.test./', 'host.test', true],
  ['http://host.test/', 'HOST.Test.', true],
  ['http://HOST.test/', '.test', true],
  ['http://b\u00fccher.test/', 'b\u00fccher.test', true],
  ['http://host.test/', '*', true],
  ['http://host.test/', 'a *', true],
  ['http://host.test/', '*:443', false],
  ['http://host.test/', 'a,\t b ,,host.test ', true],
  ['http://host.test/', '', false],
  ['http://host.test/', ' , . : [] / *. % [:80', false],
  ['http://10.1.2.3/', ' , . : [] / *. % [:80', false],
])('%s and the list %j: %s', (url, list, expected) => {
  expect(isInNoProxy(new URL(url), list)).toBe(expected);
});

const families = [
  {
    bits: 32,
    groupBits: 8,
    url: (text: string) => `http://${text}/`,
    text: (groups: readonly bigint[]) => groups.join('.'),
  },
  {
    bits: 128,
    groupBits: 16,
    url: (text: string) => `http://[${text}]/`,
    text: (groups: readonly bigint[]) => groups.map((group) => group.toString(16)).join(':'),
  },
] as const;

it.each(families)(
  'a network of $bits bits has the addresses that share its prefix',
  ({ bits, groupBits, url, text }) => {
    const written = (address: bigint): string => {
      const groups = Array.from({ length: bits / groupBits }, (_, i) => {
        return BigInt.asUintN(groupBits, address >> BigInt(bits - groupBits * (i + 1)));
      });
      return text(groups);
    };
    const address = fc.bigInt(0n, 2n ** BigInt(bits) - 1n);
    fc.assert(
      fc.property(address, fc.nat(bits - 1), fc.nat(bits), (network, flipped, prefix) => {
        const other = network ^ (1n << BigInt(bits - 1 - flipped));
        const list = `${written(network)}/${String(prefix)}`;
        expect(isInNoProxy(new URL(url(written(other))), list)).toBe(flipped >= prefix);
        expect(isInNoProxy(new URL(url(written(network))), list)).toBe(true);
      }),
      { numRuns: 300 },
    );
  },
);

it('no list makes it throw', () => {
  const piece = fc.constantFrom(...'[]:/.*%, 1af', '::', '10.0.0.0', '/8', 'host', '\u00fc', '\0');
  const list = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  const urls = ['http://host.test/', 'http://10.0.0.1/', 'http://[::1]/'].map((text) => new URL(text));
  fc.assert(
    fc.property(list, (text) => {
      for (const url of urls) expect(typeof isInNoProxy(url, text)).toBe('boolean');
    }),
    { numRuns: 2000 },
  );
});

const HOSTS = [
  ...['host.test', 'a.host.test', 'ahost.test', 'HOST.test.', 'test', 'other', 'a.b.other.', '10.1.2.3', '11.1.2.3'],
  ...['192.168.5.6', '[fd12::1]', '[fe80::1]', '[::1:2]'],
];
/**
 * What curl knows, too: no ports, brackets or `*.`, `*` alone only, and IPv6 addresses in their shortest form. Its 7.88 reads IPv6
 * networks as names, against its documentation.
 */
const ENTRIES = [
  ...['host.test', '.host.test', 'HOST.TEST', 'host.test.', '.test', 'other', '.b.other', 'st.test', '10.1.2.3'],
  ...['10.0.0.0/8', '10.1.2.3/32', '10.1.2.0/23', '10.128.0.0/9', '192.168.5.7/31', '2.3', '0.0.0.0/1', '128.0.0.0/1'],
  ...['fd12::1', '::1:2', '10.0.0.0/33', 'fd00::/129'],
];
const LIST = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom('*', '') },
  {
    weight: 20,
    arbitrary: fc
      .array(fc.tuple(fc.constantFrom(...ENTRIES), fc.constantFrom(',', ' ', ', ', ' ,')), { maxLength: 3 })
      .map((entries) => entries.flat().join('')),
  },
);

/** Before 7.86 it knew no networks, and 7.86 itself reads lists wrongly. */
function hasNetworks(): boolean {
  try {
    const [, major, minor] = /^curl (\d+)\.(\d+)/.exec(execFileSync('curl', ['--version'], { encoding: 'utf8' })) ?? [];
    return Number(major) * 1000 + Number(minor) >= 7088;
  } catch {
    return false;
  }
}

it.skipIf(!hasNetworks())('curl takes the same way', async () => {
  const service = createServer((_request, response) => response.writeHead(204).end());
  await new Promise<void>((resolve) => void service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  const proxy = await openLoopbackProxy(port);
  onTestFinished(() => {
    proxy.close();
    service.closeAllConnections();
    service.close();
  });
  /** Nothing leaves this machine: all connections but those to the proxy are led to `service`. */
  const args = ['-s', '--connect-to', `::127.0.0.1:${String(port)}`, '-w', '%{remote_port}\n'];
  const urls = HOSTS.map((host) => `http://${host}/`);
  const goesStraight = async (list: string): Promise<boolean[]> => {
    const env = { http_proxy: `http://127.0.0.1:${String(proxy.port)}`, no_proxy: list, PATH: process.env['PATH'] };
    const { stdout } = await promisify(execFile)('curl', ['-g', ...args, ...urls], { env });
    const ports = stdout.trim().split('\n');
    expect(new Set([...ports, String(port), String(proxy.port)]).size).toBe(2);
    return ports.map((one) => one === String(port));
  };
  await fc.assert(
    fc.asyncProperty(LIST, async (list) => {
      const own = urls.map((url) => isInNoProxy(new URL(url), list));
      expect({ list, own }).toEqual({ list, own: await goesStraight(list) });
    }),
    { numRuns: 60 },
  );
});
