import { UserError } from '../../errors.js';
import { unixNow } from '../shared/unix-now.js';
import type { HeaderField } from '../wire/request-bytes.js';

/** A bearer token. */
export interface Token {
  readonly text: string;
  /** Unix time, ms. */
  readonly expiresMs: number;
  /** The project that is charged for the calls and whose quota they use, where it is not that of the credentials. */
  readonly quotaProject?: string;
}

/** Gets a new token; never one from a cache of ours. Rejects with what the user can fix. */
export type TokenFetch = () => Promise<Token>;

/** Unix time and timers, so that they can be tested. */
export interface TokenTimers {
  now(): number;
  /** Calls back once after this many ms; the result takes it back. */
  after(ms: number, callback: () => void): () => void;
}

export interface TokenFacts {
  readonly tokenRefreshes: number;
  readonly tokenRefreshesFailed: number;
}

/** Always has a token at hand; a new one is fetched in the background before it expires. */
export interface TokenSource {
  /** The newest token: a property read, no work. While refreshing fails it is the old one, and the service says so. */
  current(): string;
  /** As of the first token: it does not change. */
  readonly quotaProject?: string | undefined;
  facts(): TokenFacts;
  close(): void;
}

/**
 * How long before its end a token is replaced: Google's metadata server hands out a new one in the last five minutes only.
 * Of a token that lives shorter, the last third.
 */
const LEAD_MS = 240_000;
/** The loop looks at the time at least so often: a machine that slept finds its token expired. */
const LOOK_MS = 60_000;
const RETRY_MS = { least: 250, most: 30_000 };
const PATIENCE_MS = 30_000;
/** A header of 16 KiB is refused by most servers. */
const MAX_TOKEN_CHARACTERS = 12_000;

const SYSTEM: TokenTimers = {
  now: unixNow,
  after(ms, callback) {
    // Unreferenced: a token keeps no run alive.
    const timer = setTimeout(callback, ms).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

/**
 * Resolves with the first token at hand. Rejects with `UserError` when there is none to be had. `onChange` runs after each
 * attempt to replace it.
 */
export async function openTokenSource(
  fetch: TokenFetch,
  timers: TokenTimers = SYSTEM,
  onChange: () => void = () => undefined,
): Promise<TokenSource> {
  const source = new Refreshing(fetch, timers, onChange);
  await source.open();
  return source;
}

class Refreshing implements TokenSource {
  readonly #fetch: TokenFetch;
  readonly #timers: TokenTimers;
  readonly #onChange: () => void;
  #text = '';
  #quotaProject: string | undefined;
  #refreshes = 0;
  #failed = 0;
  #closed = false;
  #cancel: () => void = () => undefined;

  constructor(fetch: TokenFetch, timers: TokenTimers, onChange: () => void) {
    this.#fetch = fetch;
    this.#timers = timers;
    this.#onChange = onChange;
  }

  async open(): Promise<void> {
    this.#take(await this.#patientFetch());
  }

  get quotaProject(): string | undefined {
    return this.#quotaProject;
  }

  current(): string {
    return this.#text;
  }

  facts(): TokenFacts {
    return { tokenRefreshes: this.#refreshes, tokenRefreshesFailed: this.#failed };
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #take({ text, expiresMs, quotaProject }: Token): void {
    this.#text = text;
    this.#quotaProject ??= quotaProject;
    const nowMs = this.#timers.now();
    const leftMs = expiresMs - nowMs;
    // One that has expired already (the clocks differ) is no reason to ask again and again.
    const waitMs = leftMs > 0 ? leftMs - Math.min(LEAD_MS, leftMs / 3) : RETRY_MS.most;
    this.#refreshAt(nowMs + Math.max(waitMs, RETRY_MS.least), RETRY_MS.least);
  }

  #refreshAt(dueMs: number, retryMs: number): void {
    if (this.#closed) return;
    const waitMs = dueMs - this.#timers.now();
    const whenDue = (): void => {
      if (waitMs > LOOK_MS) this.#refreshAt(dueMs, retryMs);
      else void this.#refresh(retryMs);
    };
    this.#cancel = this.#timers.after(Math.min(Math.max(0, waitMs), LOOK_MS), whenDue);
  }

  async #refresh(retryMs: number): Promise<void> {
    try {
      const token = await this.#patientFetch();
      this.#refreshes++;
      this.#take(token);
    } catch {
      // The service itself informs the user: it answers 401 once the old token has expired.
      this.#failed++;
      this.#refreshAt(this.#timers.now() + retryMs, Math.min(retryMs * 2, RETRY_MS.most));
    }
    this.#onChange();
  }

  /** A server that never answers is a failure too. */
  async #patientFetch(): Promise<Token> {
    let cancel: () => void = () => undefined;
    const tooLong = new Promise<never>((_resolve, reject) => {
      cancel = this.#timers.after(PATIENCE_MS, () => {
        reject(new UserError(`no Google token within ${String(PATIENCE_MS / 1000)} s; check the way to its server`));
      });
    });
    try {
      return checked(await Promise.race([this.#fetch(), tooLong]));
    } finally {
      cancel();
    }
  }
}

/** It becomes part of a header. */
function checked(token: Token): Token {
  const isFit = /^[\x21-\x7e]+$/.test(token.text) && token.text.length <= MAX_TOKEN_CHARACTERS;
  if (isFit && Number.isFinite(token.expiresMs)) return token;
  throw new UserError('the Google credentials gave a malformed token; check what answers as its server');
}

/** The header fields of calls with this token; an empty one is not sent. */
export function tokenFields(text: string, quotaProject: string | undefined): readonly HeaderField[] {
  if (text === '') return [];
  const quota: readonly HeaderField[] = quotaProject === undefined ? [] : [['x-goog-user-project', quotaProject]];
  return [['authorization', `Bearer ${text}`], ...quota];
}

/**
 * A text from the service without any token in it: some services repeat the request's headers. It is enough to know the
 * beginning, as an excerpt may end within the token.
 */
export function withoutToken(text: string, token: string): string {
  const start = token.slice(0, 12);
  if (start === '') return text;
  return text
    .split(start)
    .map((piece, i) => (i === 0 ? piece : `(token)${piece.replace(/^[\w.~+/=-]*/, '')}`))
    .join('');
}
