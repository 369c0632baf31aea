import { createHash } from 'node:crypto';
import { markup, scriptJson, trusted, type Markup } from './markup.js';
import type { PlotSpec } from './plot-spec.js';

/** What runs in a page and how it looks. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

export interface Page {
  /** `replay report`. */
  readonly kind: string;
  readonly title: string;
  readonly heading: Markup;
  readonly when: Markup | string;
  /** The id of the part with the numbers, for those who skip to them. */
  readonly numbers: string;
  readonly main: Markup;
  readonly foot: string;
  readonly plots: readonly PlotSpec[];
}

/**
 * A page in one file that asks the network for nothing. All texts are escaped, the numbers of the plots go in as JSON, and
 * the page's own policy lets no other script run. The same page and assets give the same bytes.
 */
export function renderPage(
  { kind, title, heading, when, numbers, main, foot, plots }: Page,
  { script, style }: PageAssets,
): string {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy(script, style)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – ${kind}</title>
        <link rel="icon" href="data:," />
        <style>${inElement(style, 'style')}</style>
      </head>
      <body>
        <a class="skip" href="#${numbers}">Skip to the numbers</a>
        <header>
          <p class="kind">${kind}</p>
          <h1>${heading}</h1>
          <p class="when">${when}</p>
        </header>
        <main>
          ${main}
        </main>
        <footer>
          <p>${foot}</p>
        </footer>
        <script type="application/json" id="plots">${trusted(scriptJson(plots))}</script>
        <script type="module">${inElement(script, 'script')}</script>
      </body>
    </html>
`.html;
}

/** Only the script and the style of this very page; nothing from anywhere. */
function policy(script: string, style: string): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
}

/** Our own text between the tags of a raw element; it must not end the element or open a comment in it. */
function inElement(text: string, element: 'script' | 'style'): Markup {
  if (text.toLowerCase().includes(`</${element}`) || text.includes('<!--'))
    throw new Error(`an asset of the page holds what would end its ${element} element`);
  return trusted(text);
}
