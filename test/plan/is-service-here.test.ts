import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { isServiceHere } from '#src/plan/is-service-here';

const v4 = (address: string, bits: number) => ({
  ...{ address, cidr: `${address}/${String(bits)}`, family: 'IPv4', netmask: '', mac: '', internal: false },
});
const INTERFACES = {
  eth0: [v4('10.1.2.3', 24)],
  docker0: [v4('172.17.0.1', 16)],
} as ReturnType<typeof networkInterfaces>;
const isHere = (url: string): Promise<boolean> =>
  isServiceHere(() => Promise.resolve({ url: new URL(url) }), INTERFACES);

it.each([
  ['http://127.0.0.1:8080/', true],
  ['http://127.9.9.9/', true],
  ['http://[::1]:8080/', true],
  ['http://[::ffff:127.0.0.1]/', true],
  ['http://localhost/', true],
  // This machine, its neighbour, a container of its own.
  ['http://10.1.2.3/', true],
  ['http://10.1.2.4/', false],
  ['http://172.17.0.9/', true],
  ['http://172.18.0.9/', false],
  ['https://192.0.2.1/', false],
  ['http://no-such-host.invalid/', false],
])('%s: %s', async (url, here) => {
  expect(await isHere(url)).toBe(here);
});

it('a backend that goes nowhere, or does not know where, is not here', async () => {
  expect(await isServiceHere(() => undefined)).toBe(false);
  expect(await isServiceHere(() => Promise.reject(new Error('no region')))).toBe(false);
  expect(
    await isServiceHere(() => {
      throw new Error('no region');
    }),
  ).toBe(false);
});
