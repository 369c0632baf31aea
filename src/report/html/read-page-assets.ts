import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors.js';
import { PAGE_STYLE } from './page-style.js';
import type { PageAssets } from './render-page.js';

/** In the order of their imports: each stands behind those that it imports. */
const MODULES = [
  'ink',
  'draw-heat',
  'draw-limits',
  'place-labels',
  'axis-texts',
  'plot-scales',
  'axes',
  'plot-series',
  'take-keys',
  'page',
];

/** What every page carries: uPlot as published, and our own script and style. Throws `UserError` where uPlot is missing. */
export function readPageAssets(): PageAssets {
  const plotter = readPublished('uPlot.iife.min.js');
  const page = MODULES.map((name) => readModule(name)).join('\n');
  return { script: `${plotter}\n${page}`, style: `${readPublished('uPlot.min.css')}\n${PAGE_STYLE}` };
}

/** A module as a part of one script, in which its names are known without imports. */
function readModule(name: string): string {
  const text = readFileSync(new URL(`./page/${name}.js`, import.meta.url), 'utf8');
  return text
    .replace(/^import .*;$/gm, '')
    .replace(/^export (?=function|const|\{)/gm, '')
    .replace(/^\{\s*\};?$/gm, '');
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
