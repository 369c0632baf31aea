import { markup, trusted, type Markup } from './markup.js';

/** Notes of a page, as a list; nothing where there are none. */
export function notesAside(texts: readonly string[]): Markup {
  if (texts.length === 0) return trusted('');
  return markup`<aside class="notes" aria-label="Notes">
    <ul>
      ${texts.map((text) => markup`<li>${text}</li>`)}
    </ul>
  </aside>`;
}
