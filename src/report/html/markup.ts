/** HTML that is ready to stand in a page. Only `markup` and `trusted` make it. */
export interface Markup {
  readonly html: string;
}

type Part = string | number | Markup | readonly Markup[];

/** Markup from a template: a text or number put in is escaped, markup stands as it is. */
export function markup(pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { html: pieces.reduce((page, piece, i) => page + rendered(parts[i - 1] as Part) + piece) };
}

/** Text of our own that is markup already. */
export function trusted(text: string): Markup {
  return { html: text };
}

function rendered(part: Part): string {
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return 'html' in part ? part.html : part.map((one) => one.html).join('');
}

/**
 * A text as one text node or attribute value that reads back as the same text; only what no page can hold or what turns
 * the direction of what follows (controls, lone surrogates, overrides) reads back as U+FFFD.
 */
function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b-\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .replace(/[&<>"'\r\u2028\u2029]/g, (mark) => `&#${String(mark.charCodeAt(0))};`);
}

/** JSON that can stand in a script element: nothing in it ends the element or opens a comment. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
