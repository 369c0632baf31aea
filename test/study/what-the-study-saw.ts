import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { seededRandom } from '#src/generator/random';
import { LAYERS, planDraws, type LayerName } from '#src/predict/draw-plan';
import { DRAW_NUMBERS, type DrawNumber } from '#src/predict/draw';
import { drawSystem } from '#src/predict/draw-system';
import { readSystem } from '#src/systems/read-system';
import { choicesOf, parametersOf } from '#src/systems/vary-system';

/** A cell of the shipped study, apart from its workload. */
interface Variant {
  readonly system: string;
  readonly model: string;
  readonly runtime: string;
}

type Numbers = Readonly<Record<DrawNumber, number>>;

interface Statement {
  readonly text: string;
  readonly of: readonly Variant[];
  /** Under which workloads; all three unless given. */
  readonly under?: readonly string[];
  /** One draw of each variant; `lowest`: the same draw of the first under workload-40. */
  readonly holds: (first: Numbers, second: Numbers, lowest: Numbers) => boolean;
}

const WORKLOADS = ['workload-40', 'workload-120', 'workload-200'] as const;
const HIGHER = WORKLOADS.slice(1);
const SEED = 1;
const DRAWS = 30;

const of = (system: string, runtime: string, model = 'mobilenet'): Variant => ({ system, model, runtime });
const LAMBDA = of('aws-lambda', 'ort');
const FUNCTIONS = of('gcp-cloud-functions', 'ort');
const SAGEMAKER = of('aws-sagemaker', 'tf-serving');
const AI_PLATFORM = of('gcp-ai-platform', 'tf-serving');
const faster = (a: Numbers, b: Numbers): boolean => a.meanMs < b.meanMs;
const cheaper = (a: Numbers, b: Numbers): boolean => a.usd < b.usd;
const loses = ({ successRatio }: Numbers): boolean => successRatio < 0.99;
const queues = ({ meanMs }: Numbers): boolean => meanMs > 1000;

/** What the original study saw, as something that holds in a draw or not. */
export const STATEMENTS: readonly Statement[] = [
  ...[LAMBDA, FUNCTIONS].flatMap((ort): Statement[] => {
    const name = ort.system === 'aws-lambda' ? 'Lambda' : 'Cloud Functions';
    const pair = [ort, { ...ort, runtime: 'tf' }];
    return [
      { text: `ONNX Runtime answers faster than TensorFlow on ${name}`, of: pair, holds: faster },
      { text: `ONNX Runtime costs less than TensorFlow on ${name}`, of: pair, holds: cheaper },
    ];
  }),
  { text: 'Lambda starts an instance faster than Cloud Functions', of: [LAMBDA, FUNCTIONS], holds: (a, b) => a.coldMeanMs < b.coldMeanMs }, // prettier-ignore
  { text: 'Lambda creates fewer instances than Cloud Functions', of: [LAMBDA, FUNCTIONS], holds: (a, b) => a.created < b.created }, // prettier-ignore
  { text: 'the same with ALBERT', of: [of('aws-lambda', 'ort', 'albert'), of('gcp-cloud-functions', 'ort', 'albert')], holds: (a, b) => a.created < b.created }, // prettier-ignore
  { text: 'Lambda answers faster than Cloud Functions', of: [LAMBDA, FUNCTIONS], holds: faster },
  { text: 'SageMaker fails more than 1 % of the requests', of: [SAGEMAKER], holds: loses },
  { text: "the mean of SageMaker's successes is above 1 s: a queue grows", of: [SAGEMAKER], holds: queues },
  { text: 'AI Platform fails more than 1 % of the requests', of: [AI_PLATFORM], holds: loses },
  { text: "the mean of AI Platform's successes is above 1 s", of: [AI_PLATFORM], holds: queues },
  { text: 'the AWS GPU server answers faster than Lambda', of: [of('aws-gpu', 'tf-serving'), LAMBDA], holds: faster },
  {
    text: 'the Google GPU server answers faster than Lambda',
    of: [of('gcp-gpu', 'tf-serving'), LAMBDA],
    holds: faster,
  },
  { text: 'Lambda serves more than 99 %', of: [LAMBDA], holds: (a) => a.successRatio > 0.99 },
  { text: 'the mean of Lambda is less than 3 times that on `workload-40`', of: [LAMBDA], under: HIGHER, holds: (a, _, low) => a.meanMs < 3 * low.meanMs }, // prettier-ignore
  { text: 'the mean of Cloud Functions is less than 3 times that on `workload-40`', of: [FUNCTIONS], under: HIGHER, holds: (a, _, low) => a.meanMs < 3 * low.meanMs }, // prettier-ignore
];

export interface SeenRow {
  readonly text: string;
  /** By workload, rounded down to whole percents; undefined: not asked there. */
  readonly shares: readonly (number | undefined)[];
  /** Whether it holds in the plain draw: default parameters, the trace's own arrivals. */
  readonly byDefault: readonly (boolean | undefined)[];
  /** What decides where it does not hold in every draw; empty where it does. */
  readonly dependsOn: string;
}

/** Every statement in the draws that the shipped study left in its folder. */
export async function whatTheStudySaw(folder: string): Promise<readonly SeenRow[]> {
  const rows: SeenRow[] = [];
  for (const statement of STATEMENTS) {
    const asked = WORKLOADS.map((workload) => ((statement.under?.includes(workload) ?? true) ? workload : undefined));
    const held = (layer: LayerName): (readonly boolean[] | undefined)[] => asked.map((workload) => (workload === undefined ? undefined : inDraws(folder, statement, workload, layer))); // prettier-ignore
    const all = held('all');
    rows.push({
      text: statement.text,
      shares: all.map((draws) => (draws === undefined ? undefined : percent(draws))),
      byDefault: held('plain').map((draws) => draws?.[0]),
      dependsOn: await dependsOn(statement, all, held),
    });
  }
  return rows;
}

function percent(draws: readonly boolean[]): number {
  return Math.floor((100 * draws.filter(Boolean).length) / draws.length);
}

function inDraws(folder: string, { of: [a, b], holds }: Statement, workload: string, layer: LayerName): boolean[] {
  const first = drawsOf(folder, a as Variant, workload, layer);
  const second = b === undefined ? first : drawsOf(folder, b, workload, layer);
  const lowest = drawsOf(folder, a as Variant, 'workload-40', layer);
  return first.map((draw, i) => holds(draw, second[i] as Numbers, lowest[i] as Numbers));
}

function drawsOf(folder: string, { system, model, runtime }: Variant, workload: string, layer: LayerName): Numbers[] {
  const path = join(folder, 'cells', `${system}_${model}_${runtime}_${workload}`, 'draws.json');
  const { rows } = JSON.parse(readFileSync(path, 'utf8')) as { rows: string[][][] };
  const planned = planDraws(DRAWS);
  return (rows[0] ?? [])
    .filter((_, i) => planned[i]?.layer === layer)
    .map((row) => Object.fromEntries(DRAW_NUMBERS.map((name, i) => [name, Number(row[i])])) as Numbers);
}

const TOLD = 30;

/** Sources of chance that alone make it fail, and the mechanism or parameter by which the draws differ most. */
async function dependsOn(
  { of: variants }: Statement,
  all: readonly (readonly boolean[] | undefined)[],
  held: (layer: LayerName) => (readonly boolean[] | undefined)[],
): Promise<string> {
  const open = all.flatMap((draws) => (draws !== undefined && percent(draws) > 0 && percent(draws) < 100 ? [draws] : [])); // prettier-ignore
  const rates = new Set(all.flatMap((draws) => (draws === undefined ? [] : [percent(draws)])));
  if (open.length === 0) return rates.size > 1 ? 'the rate alone' : '';
  const alone = (['arrivals', 'parameters', 'structure'] as const).map((layer) => {
    const mean = held(layer).flatMap((draws) => draws ?? []);
    return `${layer} alone ${String(percent(mean))} %`;
  });
  const splits = (await Promise.all(variants.map((variant) => splitsBy(variant, open)))).flat();
  splits.sort((a, b) => b.gap - a.gap);
  const [most] = splits;
  return [...(most === undefined || most.gap < TOLD ? [] : [most.text]), alone.join(', ')].join('; ');
}

interface Split {
  readonly gap: number;
  readonly text: string;
}

/** How far the share differs between the options of each choice, and between the halves of each parameter. */
async function splitsBy(
  { system: name, model, runtime }: Variant,
  open: readonly (readonly boolean[])[],
): Promise<Split[]> {
  const system = await readSystem(name, { model, runtime });
  const drawn = Array.from({ length: DRAWS }, (_, i) => drawSystem(system, LAYERS.all, seededRandom(`${String(SEED)} system ${String(i)}`))); // prettier-ignore
  const shareIn = (isIn: (draw: number) => boolean): number => percent(open.flatMap((draws) => draws.filter((_, i) => isIn(i)))); // prettier-ignore
  const split = (path: string, parts: readonly (readonly [string, (draw: number) => boolean])[]): Split => {
    const shares = parts.map(([, isIn]) => shareIn(isIn));
    const known = shares.filter((share) => !Number.isNaN(share));
    const texts = parts.map(([part], i) => `${part} ${String(shares[i])} %`);
    return { gap: Math.max(...known) - Math.min(...known), text: `\`${path}\` of ${name}: ${texts.join(', ')}` };
  };
  const choices = choicesOf(system)
    .filter(({ what }) => what.options.length > 1)
    .map(
      ({ path, what }) =>
      split(path, what.options.map((option) => [option, (i: number) => choicesOf(drawn[i] as typeof system).find((one) => one.path === path)?.what.value === option] as const)), // prettier-ignore
    );
  const parameters = parametersOf(system)
    .filter(({ what }) => what.role !== 'fixed' && what.range !== undefined)
    .map(({ path }) => {
      const values = drawn.map((one) => parametersOf(one).find((at) => at.path === path)?.what.value ?? NaN);
      const middle = [...values].sort((a, b) => a - b)[DRAWS / 2] ?? NaN;
      return split(path, [['lower half', (i) => (values[i] ?? NaN) < middle], ['upper half', (i) => (values[i] ?? NaN) >= middle]]); // prettier-ignore
    });
  return [...choices, ...parameters];
}

/** The two tables of docs/which-system.md. */
export function seenTables(rows: readonly SeenRow[]): readonly [always: string, depends: string] {
  const cell = (share: number | undefined): string => (share === undefined ? '' : `${String(share)} %`);
  const always = rows.filter(({ shares, byDefault }) => byDefault.every((holds) => holds !== false) && shares.every((share) => share === undefined || share >= 90)); // prettier-ignore
  const rest = rows.filter((row) => !always.includes(row));
  const failing = ({ byDefault }: SeenRow): string => WORKLOADS.flatMap((name, i) => (byDefault[i] === false ? [`\`${name}\``] : [])).join(', ') || 'everywhere'; // prettier-ignore
  const head = '| statement | `workload-40` | `workload-120` | `workload-200` |';
  const rule = '| --------- | ------------: | -------------: | -------------: |';
  const line = (row: SeenRow): string => `| ${row.text} | ${row.shares.map(cell).join(' | ')} |`;
  return [
    [head, rule, ...always.map(line)].join('\n'),
    [
      `${head} with default parameters it holds | depends on |`,
      `${rule} -------------------------------- | ---------- |`,
      ...rest.map((row) => `${line(row)} ${failing(row) === 'everywhere' ? 'everywhere' : `not on ${failing(row)}`} | ${row.dependsOn} |`), // prettier-ignore
    ].join('\n'),
  ];
}
