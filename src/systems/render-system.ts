import type * as YamlModule from 'yaml';
import { formatAmount } from './format-amount.js';
import type { Choice, ColdStart, Law, Meter, Parameter, Pool, Server, Service, SimulatedSystem } from './system.js';

const COLUMNS = 120;

/** A system as the text of a file: `parseSystem` reads the same system from it. Variants are gone: it is the one that was chosen. */
export async function renderSystem(system: SimulatedSystem): Promise<string> {
  const yaml = await import('yaml');
  const document = new yaml.Document(fileOf(system));
  yaml.visit(document, {
    Map: (_, node) => {
      if (isShort(yaml, node)) node.flow = true;
    },
  });
  return document.toString({ lineWidth: COLUMNS, flowCollectionPadding: true });
}

/** An amount or a choice with what is known of it stands on one line. */
function isShort(yaml: typeof YamlModule, node: YamlModule.YAMLMap): boolean {
  return node.items.every(({ value }) => yaml.isScalar(value) || yaml.isSeq(value)) && node.has('source');
}

type Fields = Readonly<Record<string, unknown>>;

function fileOf({
  name,
  summary,
  notes,
  station,
  meter,
  sender,
  admission,
  network,
  initial,
}: SimulatedSystem): Fields {
  const blocks = {
    sender: fieldsOf({ ...sender }),
    admission: fieldsOf({ ...admission }),
    [station.kind]: station.kind === 'server' ? serverFields(station) : poolFields(station),
    network: fieldsOf({ ...network }),
    meter: meterFields(meter),
    initial: fieldsOf({ ...initial }),
  };
  const told = Object.entries(blocks).filter(([, fields]) => Object.keys(fields).length > 0);
  return {
    name,
    ...(summary === '' ? {} : { summary }),
    ...(notes.length === 0 ? {} : { notes }),
    ...Object.fromEntries(told),
  };
}

type Leaf = Parameter | Choice | Law;

/** The fields that are not at their default. */
function fieldsOf(block: Readonly<Record<string, Leaf>>): Fields {
  const told = Object.entries(block).flatMap(([name, leaf]) => {
    const field = fieldOf(leaf);
    return field === undefined ? [] : [[name, field] as const];
  });
  return Object.fromEntries(told);
}

function fieldOf(leaf: Leaf): Fields | undefined {
  if ('law' in leaf) return leaf.mean.source === DEFAULT ? undefined : lawFields(leaf);
  if (leaf.source === DEFAULT) return undefined;
  return 'unit' in leaf ? amountFields(leaf) : choiceFields(leaf);
}

/** What `BlockReader` gives a field that a file leaves out. */
const DEFAULT = 'default';

function amountFields({ value, range, unit, source, role, byStructure = [] }: Parameter): Fields {
  const fits = byStructure.map(({ when, ...fit }) => ({ when, ...endsOf(fit, unit) }));
  return { ...endsOf({ value, range }, unit), role, source, ...(fits.length === 0 ? {} : { byStructure: fits }) };
}

function endsOf(
  { value, range }: Pick<Parameter, 'value'> & { readonly range?: Parameter['range'] | undefined },
  unit: Parameter['unit'],
): Fields {
  // prettier-ignore
  const ends = range === undefined ? {} : { range: range.map((end) => formatAmount(end, unit)) };
  return { value: formatAmount(value, unit), ...ends };
}

function choiceFields({ value, options, source, role }: Choice): Fields {
  return { value, ...(options.length > 1 ? { options: [...options] } : {}), role, source };
}

function lawFields(law: Law): Fields {
  if (law.law === 'empirical') return { from: law.from, mean: amountFields(law.mean) };
  const mean = { [law.mean.unit === '/s' ? 'rate' : 'mean']: amountFields(law.mean) };
  return { law: law.law, ...mean, ...('cv' in law ? { cv: amountFields(law.cv) } : {}) };
}

function serviceFields({ time, batchMarginal }: Service): Fields {
  return { ...lawFields(time), ...fieldsOf({ batchMarginal }) };
}

function serverFields({ kind: _, service, batcher, autoscaler, ...rest }: Server): Fields {
  return {
    service: serviceFields(service),
    ...fieldsOf(rest),
    ...(batcher === null ? {} : { batcher: fieldsOf({ ...batcher }) }),
    ...(autoscaler === null ? {} : { autoscaler: fieldsOf({ ...autoscaler }) }),
  };
}

function poolFields({ kind: _, service, coldStart, ...rest }: Pool): Fields {
  return { service: serviceFields(service), coldStart: startFields(coldStart), ...fieldsOf(rest) };
}

function startFields(coldStart: ColdStart): Fields {
  if (coldStart.kind === 'whole') return lawFields(coldStart.time);
  const { container, import: imported, download, load, firstInference, overlap, slices } = coldStart;
  const laws = { container, import: imported, download, load, firstInference };
  const stages = Object.fromEntries(Object.entries(laws).map(([name, law]) => [name, lawFields(law)]));
  return { stages, ...fieldsOf({ overlap, slices }) };
}

function meterFields({ billing, sheet, startShare, floorOnly }: Meter): Fields {
  const { model, memoryMb, cpus, concurrency, machine, region, architecture } = billing;
  const told = { memoryMb, cpus, concurrency, machine, region, architecture };
  const known = Object.entries(told).filter(([, value]) => value !== undefined);
  if (model === 'none') return {};
  return {
    billing: model,
    ...Object.fromEntries(known),
    sheet,
    ...fieldsOf({ startShare }),
    ...(floorOnly ? { floorOnly: 'true' } : {}),
  };
}
