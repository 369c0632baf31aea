import { counted } from '../text/counted.js';
import { Args, Command, Flags, type Interfaces } from '@oclif/core';
import { closeArrivals } from '../trace-file/arrival-store.js';
import { LATEST_PRICES, type Billing, type CostTerms, type EstimatedService } from '../cost-terms.js';
import { UserError } from '../errors.js';
import { parseDurationMs } from '../text/quantities.js';
import type { CostSection } from '../report.js';
import type { Plan } from '../run.js';
import type { Trace } from '../trace.js';
import { ARRIVAL_FLAGS } from './arrival-flags.js';
import { BATCH_FLAGS, givenBatching } from './batch-flags.js';
import { COST_FLAGS, givenTerms } from './cost-flags.js';
import { estimatedService } from './estimated-service.js';
import { checkWindow, openTrace } from './open-trace.js';
import { SUMMARIES } from './summaries.js';
import { textFlag, wholeNumber } from './text-flag.js';

/** `replay estimate TRACE`: what a run would cost, before it. The same fold as after it, over samples that are assumed. */
export class Estimate extends Command {
  static override summary = SUMMARIES.estimate;
  static override examples = [
    '<%= config.bin %> estimate traces/workload-40.json --backend lambda --memory 2048 --billed-ms 18',
    '<%= config.bin %> estimate traces/workload-40.json --backend sagemaker --instances 2',
    '<%= config.bin %> estimate traces/workload-40.json --backend tf-serving --machine gcp:n1-standard-8+t4',
    '<%= config.bin %> estimate --stages 0s:0,10m:200,1h:200 --backend lambda --memory 2048 --billed-ms 18',
  ];
  static override args = {
    trace: Args.string({ description: 'trace file, or - for standard input' }),
  };
  static override flags = {
    backend: Flags.string({ required: true, description: 'the service: a backend, or what a backend also bills as' }),
    memory: textFlag('memory', wholeNumber(1, 1_000_000))({ description: 'MB of an instance' }),
    cpus: textFlag('cpus', wholeNumber(1, 1000))({ description: 'cloud-run: vCPUs of an instance; 1 unless given' }),
    concurrency: textFlag(
      'concurrency',
      wholeNumber(1, 1000),
    )({ description: 'cloud-run: requests that share an instance; 1 unless given' }),
    'billed-ms': textFlag(
      'billed-ms',
      parseBilledMs,
    )({ description: 'time each request, or batch, takes, as 18 or 18ms' }),
    architecture: Flags.option({ options: ['x86_64', 'arm64'] as const, description: 'lambda; x86_64 unless given' })(),
    region: Flags.string({ description: 'as the provider spells it; the one of the sheet unless given' }),
    instance: Flags.string({ description: 'billed by the hour: the machine, such as ml.m4.2xlarge' }),
    instances: textFlag(
      'instances',
      wholeNumber(1, 100_000),
    )({ description: 'billed by the hour: how many, all the time; 1 unless given' }),
    ...ARRIVAL_FLAGS,
    ...BATCH_FLAGS,
    ...COST_FLAGS,
    json: Flags.boolean({ description: 'print JSON' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Estimate);
    const { prices = LATEST_PRICES, machine = null } = await givenTerms(flags, LATEST_PRICES);
    const service = await estimatedService(flags.backend, process.cwd());
    const terms: CostTerms = { billing: billingOf(flags, service), prices, machine };
    const trace = await openTrace(args.trace, flags);
    try {
      const { cost, assumptions } = await estimate(trace, flags, terms);
      if (cost.reason !== null) throw new UserError(`no estimate: ${cost.reason}`);
      const { costText } = await import('../collectors/cost/text.js');
      const { paragraphs } = await import('../report/labelled-lines.js');
      const text = [...costText(cost), ...paragraphs('Assumptions', assumptions)].join('\n');
      process.stdout.write(`${flags.json ? JSON.stringify({ cost, assumptions }, null, 2) : text}\n`);
    } finally {
      closeArrivals(trace.store);
    }
  }
}

type EstimateFlags = Interfaces.InferredFlags<typeof Estimate.flags>;

/** The name of the flag says the unit. */
function parseBilledMs(text: string): number {
  return parseDurationMs(/^[\d.]+$/.test(text.trim()) ? `${text}ms` : text);
}

function billingOf(flags: EstimateFlags, { model, machinePrefix = '', machine }: EstimatedService): Billing {
  const { backend, memory, cpus, region, instance = machine, architecture } = flags;
  const where = region === undefined ? {} : { region };
  if (model === 'none') return { model };
  if (model === 'hourly') {
    if (instance === undefined) throw new UserError(`${backend} bills instances by the hour; add --instance TYPE`);
    return { model, machine: `${machinePrefix}:${instance}`, ...where };
  }
  if (memory === undefined) throw new UserError(`${backend} bills memory; add --memory 2048`);
  if (flags['billed-ms'] === undefined) throw new UserError(`${backend} bills time; add --billed-ms 18`);
  return {
    model,
    memoryMb: memory,
    ...(cpus === undefined ? {} : { cpus }),
    ...(model === 'cloud-run' ? { concurrency: flags.concurrency ?? 1 } : {}),
    ...(architecture === undefined ? {} : { architecture }),
    ...where,
  };
}

interface Estimated {
  readonly cost: CostSection;
  readonly assumptions: readonly string[];
}

async function estimate(trace: Trace, flags: EstimateFlags, terms: CostTerms): Promise<Estimated> {
  const { clipWindow } = await import('../loop/schedule.js');
  const { assumedCost, assumedPlan } = await import('../check/assumed-cost.js');
  checkWindow(flags);
  const { batching } = givenBatching(flags);
  const window = clipWindow(trace, flags.from, flags.to ?? Infinity, flags.speed, batching);
  const plan = assumedPlan(trace, window);
  const cost = assumedCost(
    plan,
    { trace, window, terms },
    { callMs: flags['billed-ms'] ?? 0, provisioned: { instances: flags.instances ?? 1 } },
  );
  return { cost, assumptions: assumptionsOf(plan, flags, terms) };
}

function assumptionsOf(
  { planned, durationMs, batching }: Plan,
  flags: EstimateFlags,
  { billing, machine }: CostTerms,
): string[] {
  const { memory, instances = 1 } = flags;
  const byRequest = billing !== null && billing.model !== 'hourly' && billing.model !== 'none';
  return [
    `${counted(planned, 'request')} in ${String(durationMs / 1000)} s, each sent once; none fails.`,
    ...(batching === undefined
      ? []
      : [`They go in ${counted(batching.invocations, 'batch', 'batches')} of at most ${String(batching.size)}.`]),
    ...(byRequest
      ? [
          `Each ${batching === undefined ? '' : 'batch '}takes ${String(flags['billed-ms'])} ms before rounding, at ${String(memory)} MB; no cold start is billed.`,
        ]
      : []),
    ...(billing?.model === 'hourly'
      ? [`${String(instances)} x ${String(billing.machine)} from the first request to the last answer; nothing scales.`]
      : []),
    ...(machine === null ? [] : [`${String(machine.count)} x ${machine.name} for as long as the trace.`]),
  ];
}
