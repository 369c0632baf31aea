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
