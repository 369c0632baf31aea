import { markup, type Markup } from './markup.js';

/** Where the page's script draws the plot of this id. */
export function plotPlace(id: string, title: string, caption: string): Markup {
  return markup`<figure>
    <h3 id="${id}-title">${title}</h3>
    ${place(id, `${id}-title`, `${id}-caption`)}
    <figcaption id="${id}-caption">${caption}</figcaption>
  </figure>`;
}

/** A strip directly above a plot against the same time. */
export function stripAbove(
  strip: { id: string; title: string },
  plot: { id: string; title: string },
  caption: string,
): Markup {
  return markup`<figure>
    <h3 id="${strip.id}-title">${strip.title}</h3>
    ${place(strip.id, `${strip.id}-title`, `${plot.id}-caption`)}
    <h3 id="${plot.id}-title">${plot.title}</h3>
    ${place(plot.id, `${plot.id}-title`, `${plot.id}-caption`)}
    <figcaption id="${plot.id}-caption">${caption}</figcaption>
  </figure>`;
}

function place(id: string, title: string, caption: string): Markup {
  return markup`<div
    class="plot"
    id="plot-${id}"
    tabindex="0"
    role="group"
    aria-roledescription="plot"
    aria-labelledby="${title}"
    aria-describedby="${caption}"
  ></div>`;
}
