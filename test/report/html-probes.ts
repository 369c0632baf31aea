// What is evaluated in a page is text, since these files know no DOM.

/** Whether each plot's canvas has marks of more than two colours. */
export const PIXELS = `(() => [...document.querySelectorAll('.plot')].map((plot) => {
    const canvas = plot.querySelector('canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) colours.add(data[i] * 65536 + data[i + 1] * 256 + data[i + 2]);
    return plot.id + (colours.size > 2 ? ' drawn' : ' empty');
  }))()`;

/** Texts whose contrast (WCAG 2.2) is under 4.5 : 1. */
export const UNREADABLE = `(() => {
    const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const light = (colour) => {
      const [r, g, b] = parse(colour).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      for (let at = element; at !== null; at = at.parentElement) {
        const back = getComputedStyle(at).backgroundColor;
        if ((parse(back)[3] ?? 1) > 0) return back;
      }
      return 'rgb(255, 255, 255)';
    };
    const bad = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { parentElement: element, textContent } = texts.currentNode;
      if (textContent.trim() === '' || ['SCRIPT', 'NOSCRIPT', 'STYLE'].includes(element.tagName)) continue;
      const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (!(ratio >= 4.5)) bad.push(ratio.toFixed(2) + ' ' + textContent.trim().slice(0, 40));
    }
    return bad;
  })()`;

/** Captions that lie on something drawn in their figure. */
export const COVERED = `(() => [...document.querySelectorAll('figure')].flatMap((figure) => {
    const caption = figure.querySelector('figcaption')?.getBoundingClientRect();
    const drawn = [...figure.querySelectorAll('canvas, .u-legend, svg, .key-of, h3')];
    return drawn.filter((one) => caption !== undefined && one.getBoundingClientRect().bottom > caption.top + 1)
      .map((one) => figure.querySelector('h3').textContent + ': ' + one.tagName + ' ' + one.getBoundingClientRect().bottom + ' > ' + caption.top);
  }))()`;

/** What reaches beyond the sides of the page, but in a part that scrolls by itself. */
export const CUT = `(() => [...document.body.querySelectorAll('*')].filter((one) => {
    if (one.closest('.scroll, .skip, .u-over, script, style, noscript') !== null) return false;
    const { left, right, width } = one.getBoundingClientRect();
    return width > 0 && (left < -1 || right > innerWidth + 1);
  }).map((one) => one.tagName + '.' + one.getAttribute('class') + ' ' + one.textContent.slice(0, 40)))()`;

/** Names of points in a drawing that lie on a point, on another name or on a line, or that are outside. */
export const ON_EACH_OTHER = `(() => [...document.querySelectorAll('svg.chart')].flatMap((chart) => {
    const frame = chart.getBoundingClientRect();
    const names = [...chart.querySelectorAll('text.name')].filter((name) => name.getAttribute('visibility') !== 'hidden');
    const others = [...chart.querySelectorAll('circle'), ...names];
    const on = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return names.filter((name) => {
      const box = name.getBoundingClientRect();
      return box.left < frame.left - 1 || box.right > frame.right + 1 || others.some((other) => other !== name && on(box, other.getBoundingClientRect()));
    }).map((name) => chart.id + ': ' + name.textContent);
  }))()`;
