import { counted } from '../../text/counted.js';
import { printable } from '../../errors.js';
import type { Failure } from '../../sample.js';

/** Errors of the system that say: we ran out of something of our own. */
const LOCAL = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM', 'EADDRINUSE']);

/** What it means that no connection could be opened. */
export function dialFailure(thrown: unknown): { readonly failure: Failure; readonly detail: string } {
  return { failure: LOCAL.has(codeOf(thrown)) ? 'local' : 'unreachable', detail: describe(thrown) };
}

/**
 * What it means that an established connection went away under a request. `reused`: it carried a request before; `idled`: it lay
 * open without one for long. Either way the server may have closed it as idle.
 */
export function lossFailure(
  thrown: unknown,
  { reused, idled = false, answerBytes }: Lost,
): { readonly failure: Failure; readonly detail: string } {
  const what = thrown === undefined ? 'closed by the server' : describe(thrown);
  if (LOCAL.has(codeOf(thrown))) return { failure: 'local', detail: what };
  if (answerBytes > 0) return { failure: 'cut', detail: `${what} after ${counted(answerBytes, 'byte')} of the answer` };
  const kind = reused ? 'reused' : idled ? 'long idle' : 'fresh';
  const failure = kind === 'fresh' ? 'cut' : 'stale-connection';
  return { failure, detail: `${what} on a ${kind} connection before any byte of the answer` };
}

interface Lost {
  readonly reused: boolean;
  readonly idled?: boolean;
  readonly answerBytes: number;
}

/** The `code` of a system or TLS error; empty without one. */
export function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}

function describe(thrown: unknown): string {
  const code = codeOf(thrown);
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return printable(text.includes(code) ? text : `${code}: ${text}`);
}
