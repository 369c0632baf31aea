import { readFileSync, writeFileSync } from 'node:fs';

/** Puts `text` between `<!-- name: begin -->` and `<!-- name: end -->` of a page. */
export function writeBetween(path, name, text) {
  const page = readFileSync(path, 'utf8');
  const [begin, end] = ['begin', 'end'].map((mark) => `<!-- ${name}: ${mark} -->`);
  const [from, to] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  if (from < begin.length || to < from) throw new Error(`${path} has no ${begin} and ${end}`);
  writeFileSync(path, `${page.slice(0, from)}\n\n${text}\n\n${page.slice(to)}`);
}
