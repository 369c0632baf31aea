import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors.js';
import { PAGE_STYLE } from './page-style.js';
import type { PageAssets } from './render-page.js';

/** What every page carries: uPlot as published, and our own script and style. Throws `UserError` where uPlot is missing. */
export function readPageAssets(): PageAssets {
  const plotter = readPublished('uPlot.iife.min.js');
  const page = readFileSync(new URL('./page/page.js', import.meta.url), 'utf8');
  return { script: `${plotter}\n${page}`, style: `${readPublished('uPlot.min.css')}\n${PAGE_STYLE}` };
}

function readPublished(file: string): string {
  try {
    return readFileSync(fileURLToPath(import.meta.resolve(`uplot/dist/${file}`)), 'utf8');
  } catch {
    throw new UserError(
      'uplot, which draws the plots of report.html, is missing; npm install uplot, or give --no-html',
    );
  }
}
