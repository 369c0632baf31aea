import { Flags } from '@oclif/core';

/** Where connections lead, whom they trust and how long they last: each is short for an option of the backend. */
export const CONNECT_FLAGS = {
  cacert: Flags.string({ description: 'a PEM file: the authorities to trust; short for --set cacert=' }),
  cert: Flags.string({ description: 'a PEM file: the client’s certificate; short for --set cert=' }),
  key: Flags.string({ description: 'a PEM file: the key of --cert; short for --set key=' }),
  sni: Flags.string({ description: 'the name to ask for in TLS; short for --set sni=' }),
  resolve: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'HOST:PORT:ADDRESS, an address for a host; repeatable; short for --set resolve=',
  }),
  'unix-socket': Flags.string({ description: 'a Unix domain socket to send to; short for --set unix-socket=' }),
  'requests-per-connection': Flags.string({
    description: 'close each connection after N requests; short for --set requests-per-connection=',
  }),
  'no-keepalive': Flags.boolean({
    description: 'a new connection for every request: short for --set requests-per-connection=1',
    exclusive: ['requests-per-connection'],
  }),
} as const;

/** Flags of one value that are short for the option of the same name. */
export const CONNECT_SHORTHANDS = ['cacert', 'cert', 'key', 'sni', 'unix-socket', 'requests-per-connection'] as const;
