import type { RawOptions } from '../backends/backend.js';
import { printable } from '../errors.js';

const REDACTED = '(redacted)';

/**
 * Backend options as they may be written down: those the plugin calls public as they are, a URL without user info and
 * query, headers by name only, and nothing of the rest but its key. `hide`: takes out what is secret in those, too.
 */
export function redactOptions(
  raw: RawOptions,
  publicOptions: readonly string[],
  hide: (text: string) => string = (text) => text,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(raw).map(([key, value]) => {
      const redact =
        key === 'url'
          ? redactUrl
          : key === 'header'
            ? headerName
            : publicOptions.includes(key)
              ? printable
              : () => REDACTED;
      return [
        printable(key, 60),
        typeof value === 'string' ? hide(redact(value)) : value.map((one) => hide(redact(one))),
      ];
    }),
  );
}

function redactUrl(text: string): string {
  try {
    const { protocol, host, pathname, search } = new URL(text);
    // "user:password@host" is a URL of the scheme "user".
    if (host === '') return REDACTED;
    return printable(`${protocol}//${host}${pathname}${search === '' ? '' : `?${REDACTED}`}`);
  } catch {
    return REDACTED;
  }
}

function headerName(text: string): string {
  const name = /^[\w!#$%&'*+.^`|~-]{1,60}(?=:)/.exec(text)?.[0];
  return name === undefined ? REDACTED : `${name}: ${REDACTED}`;
}
