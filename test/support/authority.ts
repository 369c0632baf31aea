import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Paths of PEM files, until `remove`. */
interface AuthorityFiles {
  readonly ca: string;
  /** Of `the client`. */
  readonly cert: string;
  readonly key: string;
  readonly encryptedKey: string;
  /** In one file, the key encrypted. */
  readonly certAndKey: string;
  /** Not of this authority. */
  readonly strangerCert: string;
  readonly strangerKey: string;
}

interface PemIdentity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly files: AuthorityFiles;
  /** PEM; the certificate is for service.test alone. */
  readonly service: PemIdentity;
  /** The same for 127.0.0.1. */
  readonly loopback: PemIdentity;
  remove(): void;
}

/** An authority with a service and a client that it vouches for; undefined where openssl is missing. */
export function makeAuthority(passphrase: string): Authority | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  const at = (name: string): string => join(folder, name);
  const remove = (): void => {
    rmSync(folder, { recursive: true });
  };
  const read = (name: string): string => readFileSync(at(name), 'utf8');
  const identity = (name: string): PemIdentity => ({
    ca: read('ca.pem'),
    cert: read(`${name}.pem`),
    key: read(`${name}.key`),
  });
  const openssl = (...args: readonly string[]): unknown => execFileSync('openssl', args, { stdio: 'pipe' });
  const issue = (name: string, subject: string, ...more: readonly string[]): void => {
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const into = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-subj', `/CN=${subject}`];
    openssl('req', '-x509', ...kind, ...into, ...more);
  };
  try {
    issue('ca', 'the authority');
    const byAuthority = ['-CA', at('ca.pem'), '-CAkey', at('ca.key')];
    issue('service', 'the service', ...byAuthority, '-addext', 'subjectAltName=DNS:service.test');
    issue('loopback', 'the service', ...byAuthority, '-addext', 'subjectAltName=IP:127.0.0.1');
    issue('client', 'the client', ...byAuthority);
    issue('stranger', 'a stranger');
    const encrypt = ['-topk8', '-v2', 'aes-256-cbc', '-passout', `pass:${passphrase}`];
    openssl('pkcs8', '-in', at('client.key'), ...encrypt, '-out', at('encrypted.key'));
  } catch {
    remove();
    return undefined;
  }
  writeFileSync(at('both.pem'), read('encrypted.key') + read('client.pem'));
  return {
    files: {
      ca: at('ca.pem'),
      cert: at('client.pem'),
      key: at('client.key'),
      encryptedKey: at('encrypted.key'),
      certAndKey: at('both.pem'),
      strangerCert: at('stranger.pem'),
      strangerKey: at('stranger.key'),
    },
    service: identity('service'),
    loopback: identity('loopback'),
    remove,
  };
}
