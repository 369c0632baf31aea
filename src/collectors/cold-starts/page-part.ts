import type { ColdStartsSection, Report } from '../../report.js';
import { countText, durationText } from '../../report/html/figure-text.js';
import { markup, type Markup } from '../../report/html/markup.js';
import type { Ink } from '../../report/html/plot-spec.js';
import { table } from '../../report/html/table.js';

type Stage = ColdStartsSection['stages'][string];

/** In their order in time; what the platform reports overlaps what the function reports of itself. */
const OF_PLATFORM: Readonly<Record<string, string>> = {
  init: 'Init, reported by the platform',
  restore: 'Restore, reported by the platform',
  firstInvocation: 'Handler of the first request',
};
const OF_FUNCTION: readonly (readonly [string, string, Ink])[] = [
  ['container', 'Process start', 'system1'],
  ['import', 'Import of the library', 'system2'],
  ['download', 'Download of the model', 'system3'],
  ['load', 'Load of the model', 'system4'],
  ['firstInference', 'First inference', 'system6'],
];

/** New environments and what they took. Nothing where it was not reported. */
export function pagePart({ sections: { coldStarts } }: Report): Markup | string {
  const { count, known, meanMs, p50Ms, p99Ms, instancesSeen, stages } = coldStarts;
  if (known === 0 && instancesSeen === null) return '';
  return markup`<section id="cold-starts" aria-labelledby="cold-starts-h">
    <h2 id="cold-starts-h">Cold starts and instances</h2>
    <p>
      ${known === 0 ? 'The service reports no cold starts.' : `${countText(count)} of the ${countText(known)} requests of which it is known met a new environment.`}
      ${meanMs === null ? '' : ` Making one took ${durationText(meanMs)} on average (p50 ${durationText(p50Ms)}, p99 ${durationText(p99Ms)}).`}
      ${instancesSeen === null ? '' : ` At most ${countText(instancesSeen)} instances were seen.`}
    </p>
    ${stageBars(stages)} ${stageTable(stages)}
  </section>`;
}

/** What the function timed, one behind the other, to scale. */
function stageBars(stages: ColdStartsSection['stages']): Markup | string {
  const told = OF_FUNCTION.flatMap(([key, name, ink]) => {
    const stage = stages[key];
    return stage === undefined ? [] : [{ name, ink, meanMs: stage.meanMs }];
  });
  const wholeMs = told.reduce((sum, { meanMs }) => sum + meanMs, 0);
  if (!(wholeMs > 0)) return '';
  let from = 0;
  const rects = told.map(({ ink, meanMs }) => {
    const width = (100 * meanMs) / wholeMs;
    const rect = markup`<rect class="ink-${ink}" x="${from.toFixed(3)}" width="${Math.max(0.15, width - 0.2).toFixed(3)}" height="10" />`;
    from += width;
    return rect;
  });
  return markup`<figure>
    <h3 id="stages-title">A cold start, stage by stage</h3>
    <svg class="bar stages" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-labelledby="stages-title">${rects}</svg>
    <ul class="key-of">
      ${told.map(({ name, ink, meanMs }) => markup`<li class="ink-${ink}"><svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" /></svg>${name} ${durationText(meanMs)}</li>`)}
    </ul>
    <figcaption>Means over the cold starts that reported them, as the function timed itself: ${durationText(wholeMs)} in all.</figcaption>
  </figure>`;
}

function stageTable(stages: ColdStartsSection['stages']): Markup | string {
  const named: [string, string][] = [...Object.entries(OF_PLATFORM), ...OF_FUNCTION.map(([key, name]): [string, string] => [key, name])]; // prettier-ignore
  const told = named.flatMap(([key, name]): [string, Stage][] => {
    const stage = stages[key];
    return stage === undefined ? [] : [[name, stage]];
  });
  if (told.length === 0) return '';
  return table({
    caption: 'Stages of a cold start',
    head: ['', 'reported by', 'mean', 'p99'],
    rows: told.map(([name, { count, meanMs, p99Ms }]) => [
      name,
      countText(count),
      durationText(meanMs),
      durationText(p99Ms),
    ]),
  });
}
