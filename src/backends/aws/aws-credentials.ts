import { messageOf, UserError } from '../../errors.js';
import type { Hide } from '../backend.js';
import { unixNow } from '../shared/unix-now.js';
import type { AwsCredentials } from './sigv4.js';

/** The vendor's own chain: environment, profiles, single sign-on, containers, instances. */
export type CredentialProvider = (options?: {
  readonly forceRefresh?: boolean;
}) => Promise<AwsCredentials & { readonly expiration?: Date | undefined }>;

/** Credentials that are always there and never waited for. */
export interface KeptCredentials {
  current(): AwsCredentials;
  /** When those of now end; undefined: they do not. */
  expires(): Date | undefined;
  /** Renewals so far, and how many failed. */
  facts(): { readonly renewed: number; readonly failed: number };
  close(): void;
}

/** Credentials are renewed this long before they expire, as the vendor's clients do. */
const AHEAD_MS = 300_000;
const LEAST_WAIT_MS = 1000;
const LEAST_WAIT_AFTER_FAILURE_MS = 5000;
/** Renewed ones that have expired already, as this clock has it: it is wrong, and asking more often does not help. */
const WAIT_WHERE_CLOCKS_DIFFER_MS = 30_000;
/** The longest a timer of Node can wait. */
const MOST_WAIT_MS = 2 ** 31 - 1;

/**
 * Asks the chain once, and again in the background before what it gave expires; until then, and when that fails, the old
 * ones serve. `hide` hears of each before it is used. Throws `UserError` when there are none.
 */
export async function keepCredentials(
  backend: string,
  provider: CredentialProvider,
  hide: Hide = () => undefined,
): Promise<KeptCredentials> {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const counts = { renewed: 0, failed: 0 };
  const given = await provider().catch((thrown: unknown) => {
    throw noCredentials(backend, thrown);
  });
  const taken = <C extends AwsCredentials>(credentials: C): C => {
    const { secretAccessKey, sessionToken } = credentials;
    for (const secret of [secretAccessKey, sessionToken ?? '']) hide(secret);
    return checked(backend, credentials);
  };
  let current = taken(given);
  const wait = (leastMs: number): void => {
    const { expiration } = current;
    if (expiration === undefined || closed) return;
    timer = setTimeout(() => void renew(), waitMs(expiration.getTime() - unixNow(), leastMs));
    timer.unref();
  };
  const renew = async (): Promise<void> => {
    try {
      current = taken(await provider({ forceRefresh: true }));
      counts.renewed++;
      const lives = (current.expiration?.getTime() ?? Infinity) > unixNow();
      wait(lives ? LEAST_WAIT_MS : WAIT_WHERE_CLOCKS_DIFFER_MS);
    } catch {
      counts.failed++;
      wait(LEAST_WAIT_AFTER_FAILURE_MS);
    }
  };
  wait(LEAST_WAIT_MS);
  return {
    current: () => current,
    expires: () => current.expiration,
    facts: () => counts,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** Key ids and tokens become headers; a line break within one, of a file or a variable, must not. */
function checked<C extends AwsCredentials>(backend: string, credentials: C): C {
  const parts = [
    ['access key id', credentials.accessKeyId],
    ['secret access key', credentials.secretAccessKey],
    ['session token', credentials.sessionToken ?? ''],
  ] as const;
  const wrong = parts.find(([, text]) => !/^[\x21-\x7e]*$/.test(text));
  if (wrong === undefined) return credentials;
  throw new UserError(
    `backend ${backend}: the ${wrong[0]} of the AWS credentials holds a space, a line break or another character that none has; correct it in the environment or the profile`,
  );
}

/** Short-lived ones are renewed at half of their time. */
function waitMs(leftMs: number, leastMs: number): number {
  const beforeMs = leftMs > 2 * AHEAD_MS ? leftMs - AHEAD_MS : leftMs / 2;
  return Math.min(Math.max(beforeMs, leastMs), MOST_WAIT_MS);
}

function noCredentials(backend: string, thrown: unknown): UserError {
  const message = messageOf(thrown);
  // The command line of a credential process, and what it printed, may hold secrets.
  const why = message.startsWith('Command failed') ? 'the credential process of the profile failed' : message;
  return new UserError(
    `backend ${backend}: no AWS credentials (${why}); set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with --set profile=NAME, or run aws sso login`,
  );
}
