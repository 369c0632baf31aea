import { expect, it } from 'vitest';
import aiPlatform from '#src/backends/ai-platform';
import type { BackendPlugin } from '#src/backends/backend';
import cloudFunctions from '#src/backends/cloud-functions';
import http from '#src/backends/http';
import { checkSocketLimits } from '#src/backends/wire/check-socket-limits';
import tfServing from '#src/backends/tf-serving';
import { UserError } from '#src/errors';

function machine(files: string, ports: string): (path: string) => string {
  return (path) =>
    path.endsWith('limits') ? `Limit  Soft  Hard\nMax open files            ${files}  ${files}  files\n` : ports;
}

it('refuses connections that cannot be opened, and says how many can', () => {
  const small = machine('1024', '32768\t60999\n');
  expect(() => checkSocketLimits({ connections: 925, mostInFlight: 1 }, small)).toThrow(UserError);
  expect(() => checkSocketLimits({ connections: 925, mostInFlight: 1 }, small)).toThrow(
    /open files for 924.*ulimit -n/,
  );
  expect(checkSocketLimits({ connections: 924, mostInFlight: 1e6 }, small)).toEqual([]);
  const few = machine('unlimited', '40000 40099');
  expect(() => checkSocketLimits({ connections: 101, mostInFlight: 1 }, few)).toThrow(/local ports for 100/);
});

it('warns where an open number of connections might run out', () => {
  const small = machine('1024', '32768\t60999\n');
  expect(checkSocketLimits({ connections: null, mostInFlight: 924 }, small)).toEqual([]);
  expect(checkSocketLimits({ connections: null, mostInFlight: 30_000 }, small)).toEqual([
    expect.stringMatching(/open files for 924/),
    expect.stringMatching(/local ports for 28232/),
  ]);
});

it('knows no limits where the system gives none, and this machine has some', () => {
  const silent = (): string => {
    throw new Error('no such file');
  };
  expect(checkSocketLimits({ connections: 1e6, mostInFlight: 1e6 }, silent)).toEqual([]);
  expect(() => checkSocketLimits({ connections: 1e9, mostInFlight: 1 })).toThrow(UserError);
});

// All that dial with sockets of their own.
it.each([
  [http, { url: 'http://127.0.0.1:1/' }],
  [tfServing, { url: 'http://127.0.0.1:1', model: 'm' }],
  [cloudFunctions, { url: 'http://127.0.0.1:1/', auth: 'none' }],
  [aiPlatform, { url: 'http://127.0.0.1:1/v1/x:predict', auth: 'none' }],
] as unknown as [BackendPlugin, Record<string, string>][])(
  '$name refuses more connections than there are ports',
  async (plugin, raw) => {
    const options = plugin.parseOptions({ ...raw, connections: '65535' });
    const setUp = {
      payloads: [],
      mostInFlight: 1,
      progress: () => undefined,
      env: {},
      signal: new AbortController().signal,
    };
    await expect(async () => plugin.setUp?.(options, setUp)).rejects.toThrow(/--connections 65535: this machine has/);
  },
);
