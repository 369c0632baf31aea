import { existsSync } from 'node:fs';
import { UserError } from '../errors.js';

interface Args {
  readonly trace?: string | undefined;
}

interface Flags {
  readonly backend?: string | undefined;
  readonly url?: string | undefined;
  readonly set?: readonly string[] | undefined;
}

const DEFAULT_BACKEND = 'onnx';

/**
 * The command line with the service it names: an address in the place of the trace is `--url`, and a URL without a backend
 * means `--backend http`. Throws `UserError` where two are named.
 */
export function namedService<A extends Args, F extends Flags>(
  args: A,
  flags: F,
): { readonly args: A; readonly flags: F & { readonly backend: string; readonly url?: string | undefined } } {
  const address = addressIn(args.trace);
  if (address !== undefined && flags.url !== undefined)
    throw new UserError('two services are given: by --url, and in the place of the trace; give one');
  const url = address ?? flags.url;
  const hasUrl = url !== undefined || flags.set?.some((text) => text.startsWith('url=')) === true;
  const backend = flags.backend ?? (hasUrl ? 'http' : DEFAULT_BACKEND);
  const named = url === undefined ? { ...flags, backend } : { ...flags, backend, url };
  return { args: address === undefined ? args : { ...args, trace: undefined }, flags: named };
}

/** Names of files hold neither `://` nor a port. */
function addressIn(text: string | undefined): string | undefined {
  if (text === undefined || existsSync(text)) return undefined;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  return /^(localhost|[\w-]+(\.[\w-]+)*):\d{1,5}(\/.*)?$/i.test(text) ? text : undefined;
}
