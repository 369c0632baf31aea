/** One sample of an exposition. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ReadFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ReadSample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/y;

/**
 * A strict reader of Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats), written from its
 * description. Throws at the first line that is not of it.
 */
export function readExposition(text: string): ReadonlyMap<string, ReadFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, { type: string; help: string; samples: ReadSample[] }>();
  let help: readonly string[] | undefined;
  let open: { type: string; help: string; samples: ReadSample[] } | undefined;
  let openName = '';
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const helped = new RegExp(`^# HELP (${NAME}) (.*)$`).exec(line);
    const typed = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`).exec(line);
    if (helped !== null) help = helped;
    else if (typed !== null) {
      openName = typed[1] as string;
      if (help?.[1] !== openName) throw new Error(`no HELP before TYPE ${openName}`);
      if (families.has(openName)) throw new Error(`${openName} comes twice`);
      open = { type: typed[2] as string, help: help[2] as string, samples: [] };
      families.set(openName, open);
    } else {
      const sample = readSample(line);
      const suffix = sample.name.slice(openName.length);
      const fits = open?.type === 'histogram' ? ['_bucket', '_sum', '_count'].includes(suffix) : suffix === '';
      if (open === undefined || !sample.name.startsWith(openName) || !fits) throw new Error(`stray: ${line}`);
      open.samples.push(sample);
    }
  }
  return families;
}

function readSample(line: string): ReadSample {
  const [, name, labels = '', value] = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`).exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  const number = value === '+Inf' ? Infinity : Number(value);
  if (Number.isNaN(number)) throw new Error(`no number: ${line}`);
  return { name, labels: readLabels(labels), value: number };
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const found = LABEL.exec(text);
    if (found === null) throw new Error(`no labels: ${text}`);
    labels[found[1] as string] = (found[2] as string).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
  }
  return labels;
}

/** The one sample without labels. */
export function single(families: ReadonlyMap<string, ReadFamily>, name: string): number | undefined {
  return families.get(name)?.samples.find(({ name: own }) => own === name)?.value;
}

/** The values of a family by one label. */
export function byLabel(family: ReadFamily | undefined, label: string, name?: string): Record<string, number> {
  const samples = (family?.samples ?? []).filter((sample) => name === undefined || sample.name === name);
  return Object.fromEntries(samples.map(({ labels, value }) => [labels[label] ?? '', value]));
}
