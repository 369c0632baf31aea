import { UserError } from '../../errors.js';
import type { OptionInfo } from '../backend.js';
import { type ConnectOptions, PLAIN_CONNECT } from './connect-options.js';
import { readPemFiles } from './read-pem-files.js';

/** Paths; null: none was given. */
export interface PemFiles {
  readonly cacert: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** Whom a backend trusts in TLS, and what it shows of itself. */
export const TRUST_OPTIONS: readonly OptionInfo[] = [
  { name: 'cacert', value: 'FILE', summary: 'PEM: the authorities to trust, in place of the usual ones' },
  { name: 'cert', value: 'FILE', summary: 'PEM: the certificate of this client, with its chain' },
  { name: 'key', value: 'FILE', summary: 'PEM: the key of that certificate, unless it is in the same file' },
  { name: 'key-passphrase', value: 'TEXT', summary: 'the passphrase of an encrypted key' },
];

/** Those of them that a record of the run may show. */
export const PUBLIC_TRUST_OPTIONS: readonly string[] = ['cacert', 'cert'];

export const TRUST_READERS = {
  cacert: somePath,
  cert: somePath,
  key: somePath,
  'key-passphrase': (text: string) => text,
};

export type GivenTrust = { readonly [K in keyof typeof TRUST_READERS]?: string };

/** The options of a backend that connects by name, with the trust of Node unless the user names authorities. Plain data. */
export interface TrustOptions {
  readonly connect: ConnectOptions;
  /** What `readTrust` reads into `connect`. */
  readonly pemFiles: PemFiles;
}

/** Without what is read from files. Throws `UserError`. */
export function trustOf(backend: string, given: GivenTrust): TrustOptions {
  checkTrust(backend, given);
  return {
    connect: { ...PLAIN_CONNECT, keyPassphrase: given['key-passphrase'] ?? null },
    pemFiles: pemFilesOf(given),
  };
}

export function pemFilesOf({ cacert, cert, key }: GivenTrust): PemFiles {
  return { cacert: cacert ?? null, cert: cert ?? null, key: key ?? null };
}

/** Throws `UserError` where a key is given that belongs to no certificate. */
export function checkTrust(backend: string, given: GivenTrust): void {
  if (given.cert !== undefined) return;
  if (given.key !== undefined)
    throw new UserError(`backend ${backend}: --key is the key of a certificate; give the certificate with --cert FILE`);
  if (given['key-passphrase'] !== undefined)
    throw new UserError(`backend ${backend}: --set key-passphrase= needs --cert FILE`);
}

/** `connect` of a service at `url`, with what the files hold. Rejects with `UserError`. */
export async function readTrust(
  backend: string,
  { connect, pemFiles }: TrustOptions,
  url: URL,
): Promise<ConnectOptions> {
  const named = (['cacert', 'cert'] as const).filter((name) => pemFiles[name] !== null);
  if (named.length > 0 && url.protocol !== 'https:')
    throw new UserError(`backend ${backend}: ${named.join(', ')} need an https URL; give one, or leave them out`);
  return readPemFiles(backend, pemFiles, connect);
}

function somePath(text: string): string {
  if (text === '') throw new Error('give the path of a PEM file');
  return text;
}
