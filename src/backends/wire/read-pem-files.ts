import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { messageOf, printable, UserError } from '../../errors.js';
import { type ConnectOptions, tlsOptions } from './connect-options.js';
import type { PemFiles } from './trust-options.js';

/** `connect` with what the files hold. Rejects with `UserError` where one cannot be read, or TLS cannot use them together. */
export async function readPemFiles(backend: string, files: PemFiles, connect: ConnectOptions): Promise<ConnectOptions> {
  const read = (name: keyof PemFiles): Promise<string | null> => readPem(backend, name, files[name]);
  const [ca, cert, key] = [await read('cacert'), await read('cert'), await read('key')];
  const whole = { ...connect, ca, cert, key: key ?? cert };
  if (cert === null && ca === null) return whole;
  try {
    createSecureContext(tlsOptions(whole, ''));
  } catch (thrown) {
    throw new UserError(`backend ${backend}: TLS refuses ${namesOf(files)}: ${printable(reasonOf(thrown), 160)}`);
  }
  return whole;
}

async function readPem(backend: string, name: keyof PemFiles, path: string | null): Promise<string | null> {
  if (path === null) return null;
  let text: string;
  try {
    text = await readFile(path, 'latin1');
  } catch (thrown) {
    throw new UserError(`backend ${backend}: --${name}: ${printable(messageOf(thrown), 200)}`);
  }
  if (!text.includes('-----BEGIN '))
    throw new UserError(
      `backend ${backend}: --${name} ${printable(path, 200)}: this is no PEM file (it has no BEGIN line)`,
    );
  return text;
}

function namesOf(files: PemFiles): string {
  return (['cacert', 'cert', 'key'] as const).filter((name) => files[name] !== null).join(', ');
}

/** OpenSSL's own words name functions and numbers. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/key values mismatch/i, 'the key is not that of the certificate'],
  [
    /bad decrypt|bad password read|interrupted or cancelled/i,
    'the key is encrypted, and its passphrase is missing or wrong (--set key-passphrase=)',
  ],
  [/DECODER routines::unsupported/i, 'there is no private key that can be read; give it with --key FILE'],
  [/no start line/i, 'a part that is needed is missing (a certificate, or a key)'],
];

function reasonOf(thrown: unknown): string {
  const text = messageOf(thrown);
  return REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? text;
}
