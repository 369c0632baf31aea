import type { Report } from '../../report.js';
import { FAILURES } from '../../sample.js';
import { countText, shareText } from '../../report/html/figure-text.js';
import { markup, type Markup } from '../../report/html/markup.js';
import { plotPlace } from '../../report/html/plot-place.js';
import { table } from '../../report/html/table.js';

/** What became of the requests. */
export function pagePart(report: Report): Markup {
  return markup`<section id="load" aria-labelledby="load-h">
    <h2 id="load-h">Outcomes</h2>
    ${plotPlace('outcomes', 'Outcomes over time', 'What became of the requests due in each second, stacked; failures at the foot.')}
    ${outcomeTable(report)} ${examples(report)}
  </section>`;
}

function outcomeTable({ sections: { outcomes } }: Report): Markup {
  const { planned, ok, unsent, failures } = outcomes;
  const share = (n: number): string => shareText(planned === 0 ? null : n / planned);
  const failed = FAILURES.flatMap((kind): [string, string, string][] => {
    const n = failures[kind] ?? 0;
    return n === 0 ? [] : [[kind, countText(n), share(n)]];
  });
  return table({
    caption: 'Outcomes',
    head: ['', 'requests', 'share'],
    rows: [
      ['ok', countText(ok), share(ok)],
      ...failed,
      ...(unsent === 0 ? [] : [['unsent', countText(unsent), share(unsent)] as const]),
      ['planned', countText(planned), share(planned)],
    ],
  });
}

/** The first of each kind of failure. */
function examples({ sections: { outcomes } }: Report): Markup | string {
  const rows = FAILURES.flatMap((kind) =>
    (outcomes.examples[kind] ?? []).map(({ seq, detail }): [string, string, string] => [
      kind,
      String(seq),
      detail === '' ? '–' : detail,
    ]),
  );
  if (rows.length === 0) return '';
  return table({ caption: 'First failures of each kind', head: ['', 'request', 'what happened'], rows, words: [2] });
}
