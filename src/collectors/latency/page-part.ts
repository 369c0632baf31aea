import type { Distribution, Report } from '../../report.js';
import { countText, durationText } from '../../report/html/figure-text.js';
import { markup, type Markup } from '../../report/html/markup.js';
import { plotPlace, stripAbove } from '../../report/html/plot-place.js';
import { table } from '../../report/html/table.js';

export function pagePart(report: Report): Markup {
  const { latency, timeline, coldStarts } = report.sections;
  const { lengthSeconds } = timeline.windows;
  const each = lengthSeconds === 1 ? 'second' : `${String(lengthSeconds)} seconds`;
  return markup`<section id="latency" aria-labelledby="latency-h">
    <h2 id="latency-h">Latency</h2>
    ${table({
      caption: 'Distributions',
      head: HEAD,
      rows: [
        row('Response', latency.response, '–'),
        row('Service', latency.service, '–'),
        row('All', latency.all, latency.all.count === 0 ? '–' : '∞'),
        ...(coldStarts.warm === null ? [] : [row('Response, warm', coldStarts.warm, '–')]),
        ...(coldStarts.cold === null ? [] : [row('Response, cold', coldStarts.cold, '–')]),
      ],
    })}
    <p class="legend">
      Response is done − due, what a user felt; service is done − sent; all is response over every planned request,
      where those that failed or were never sent count as infinite.${warmup(report)}${batches(report)}
    </p>
    ${stripAbove(
      { id: 'rates', title: 'Offered, sent and completed rate' },
      { id: 'latency', title: 'Latency over time' },
      `Above: what the trace wants in each second, what was handed over in it, and the successes whose last byte was read in it. Below: response of the successes due in each ${each}, log scale; failures are marked at the foot, cold starts at the top.${coldText(report)}`,
    )}
    ${plotPlace('heat', 'Latency heat map', 'The same responses: the darker, the more successes at this time and latency; log scale.')}
    ${plotPlace('in-flight', 'Requests in flight', `Handed over and neither answered nor given up: the mean over each second.${instancesText(report)}`)}
    <div class="pair">
      ${plotPlace('percentiles', 'Latency by percentile', 'Each further nine takes the same room; log scale. Where “all” ends, requests failed or were never sent.')}
      ${plotPlace('histogram', 'Latency histogram', 'Density of the successes: their share to each doubling of latency, so that equal areas are equal numbers of requests.')}
    </div>
  </section>`;
}

const HEAD = ['', 'requests', 'min', 'mean', 'stdev', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max'];

function row(name: string, numbers: Distribution, unknown: string): [string, ...string[]] {
  const { count, minMs, meanMs, stdevMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs } = numbers;
  const times = [minMs, meanMs, stdevMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs];
  return [name, countText(count), ...times.map((ms) => durationText(ms, unknown))];
}

function warmup({ run, sections: { latency } }: Report): string {
  if (run.warmupMs === 0) return '';
  return ` The ${countText(latency.warmup)} requests of the first ${durationText(run.warmupMs)} are warm-up: left out here, shaded in the plots.`;
}

function batches({ sections: { batching } }: Report): string {
  if (batching === undefined) return '';
  const { size, waitMs, invocations, meanSize, wait } = batching;
  const mean = meanSize === null ? '' : ` of ${meanSize.toFixed(2)} requests on average`;
  return (
    ` Requests went together in ${countText(invocations)} invocations${mean} (up to ${countText(size)}, or as many as come within ${durationText(waitMs)});` +
    ` waiting for the others is a part of their response: mean ${durationText(wait.meanMs)}, p99 ${durationText(wait.p99Ms)}, max ${durationText(wait.maxMs)}.`
  );
}

function instancesText({ sections: { coldStarts } }: Report): string {
  return coldStarts.instances.length === 0 ? '' : ' Instances, as the service reported every 5 s.';
}

function coldText({ sections: { coldStarts } }: Report): string {
  if (coldStarts.known === 0) return ' The service reports no cold starts.';
  return ` ${countText(coldStarts.count)} cold starts among the ${countText(coldStarts.known)} requests of which it is known.`;
}
