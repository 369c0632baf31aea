import type { Histogram, JsHistogram } from 'hdr-histogram-js';
import { MOST_NS } from './histogram.js';
import type { LogHistogram } from './log-histogram.js';

type Hdr = typeof import('hdr-histogram-js');
/** What a histogram outside of WebAssembly has besides. */
type Walked = Histogram & Pick<JsHistogram, 'percentileIterator' | 'bucketCount' | 'subBucketCount'>;

/** The library's own histogram of as many counts, for what is written in its form. Loading it takes 80 ms of CPU. */
export async function hdrHistogram(counts: LogHistogram): Promise<Walked> {
  const histogram = emptyOf(await load());
  for (let bucket = 0; bucket < counts.buckets; bucket++) {
    const count = counts.countIn(bucket);
    if (count > 0) histogram.recordValueWithCount(counts.startOf(bucket), count);
  }
  return histogram;
}

function emptyOf({ build }: Hdr): Walked {
  return build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MOST_NS,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  }) as Walked;
}

async function load(): Promise<Hdr> {
  const { default: hdr } = await import('hdr-histogram-js');
  return hdr;
}
