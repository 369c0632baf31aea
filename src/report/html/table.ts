import { markup, type Markup } from './markup.js';

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of each names it; figures are set to the right. */
  readonly rows: readonly (readonly [string, ...string[]])[];
  /** Columns of words, by index. */
  readonly words?: readonly number[];
}

/** Scrolls sideways by itself where the screen is narrow, by keyboard too. */
export function table({ caption, head, rows, words = [] }: Table): Markup {
  const kind = (i: number): string => (words.includes(i) ? 'word' : 'figure');
  const [first = '', ...others] = head;
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>${caption}</caption>
      <thead>
        <tr>
          <th scope="col">${first}</th>
          ${others.map((name, i) => markup`<th scope="col" class="${kind(i + 1)}">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, ...cells]) =>
            markup`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell, i) => markup`<td class="${kind(i + 1)}">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Names and what they are, one to a line. */
export function facts(caption: string, entries: readonly (readonly [string, string])[]): Markup {
  return markup`<table class="facts">
    <caption>${caption}</caption>
    <tbody>
      ${entries.map(
        ([name, value]) =>
          markup`<tr>
            <th scope="row">${name}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
