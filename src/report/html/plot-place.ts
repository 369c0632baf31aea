import { markup, type Markup } from './markup.js';

/** Where the page's script draws the plot of this id. */
export function plotPlace(id: string, title: string, caption: string): Markup {
  return markup`<figure>
    <h3 id="${id}-title">${title}</h3>
    <div
      class="plot"
      id="plot-${id}"
      tabindex="0"
      role="group"
      aria-roledescription="plot"
      aria-labelledby="${id}-title"
      aria-describedby="${id}-caption"
    ></div>
    <figcaption id="${id}-caption">${caption}</figcaption>
  </figure>`;
}
