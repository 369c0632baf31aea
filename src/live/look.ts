/** How progress is shown: redrawn in place, or a line each second. */
export type Look = { readonly kind: 'screen'; readonly style: Style } | { readonly kind: 'lines' };

export interface Style {
  readonly color: boolean;
  /** Whether characters beyond ASCII can be shown. */
  readonly unicode: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the stream and the user's surroundings allow. See no-color.org; a dumb terminal cannot move its cursor. */
export function lookOf(env: Environment, isTerminal: boolean): Look {
  if (!isTerminal || env['TERM'] === 'dumb') return { kind: 'lines' };
  return { kind: 'screen', style: { color: !isSet(env['NO_COLOR']), unicode: isUtf8(env) } };
}

/** By the first locale variable that is set, as the C library decides. */
function isUtf8(env: Environment): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(isSet) ?? '';
  return /utf-?8/i.test(locale);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
