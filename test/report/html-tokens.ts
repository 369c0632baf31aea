/** A page as a browser's tokenizer sees it: enough of HTML for what we write, and strict where a hostile text could break out. */
export interface Tokens {
  /** `<td class>`, `</td>`: names of elements and attributes, in order. */
  readonly tags: readonly string[];
  /** Decoded; of attributes too. */
  readonly texts: readonly string[];
  /** What script and style elements hold, undecoded. */
  readonly raw: readonly string[];
}

export function tokenize(page: string): Tokens {
  const tags: string[] = [];
  const texts: string[] = [];
  const raw: string[] = [];
  let at = 0;
  while (at < page.length) {
    const tag = TAG.exec(page.slice(at));
    if (tag !== null) {
      const [whole, name = '', attributes = ''] = tag;
      const names = [...attributes.matchAll(ATTRIBUTE)].map(([, key = '', value = '']) => {
        texts.push(decode(value));
        return key;
      });
      tags.push(`<${[name, ...names].join(' ')}>`);
      at += whole.length;
      if (name === 'script' || name === 'style') {
        const end = page.indexOf(`</${name}`, at);
        raw.push(page.slice(at, end));
        at = end;
      }
      continue;
    }
    if (page[at] === '<') throw new Error(`no tag at ${page.slice(at, at + 80)}`);
    const end = page.indexOf('<', at);
    texts.push(decode(page.slice(at, end === -1 ? undefined : end)).trim());
    at = end === -1 ? page.length : end;
  }
  return { tags, texts: texts.filter((text) => text !== ''), raw };
}

const TAG = /^<(!?\/?[a-z][a-z0-9]*)((?:\s+[a-zA-Z0-9-]+(?:="[^"]*")?)*)\s*\/?>/;
const ATTRIBUTE = /([a-zA-Z0-9-]+)(?:="([^"]*)")?/g;

function decode(text: string): string {
  if (/&(?!#\d+;)/.test(text)) throw new Error(`an ampersand that is no reference: ${text.slice(0, 80)}`);
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}
