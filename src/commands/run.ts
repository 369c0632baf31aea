import { Args, Command } from '@oclif/core';
import { LATEST_PRICES } from '../cost-terms.js';
import { UserError } from '../errors.js';
import type { ReplayResult, Surroundings } from '../replay/replay.js';
import { collectAfter } from './collect-after.js';
import { givenBudget, givenTerms, type GivenTerms } from './cost-flags.js';
import { exitCode } from './exit-code.js';
import { givenGate, type GivenThresholds } from './gate-flags.js';
import { liveMetrics, type LiveMetrics } from './live-metrics.js';
import { liveProgress } from './live-progress.js';
import { openTrace } from './open-trace.js';
import { givenFormat, type OutputFormat } from './output-flags.js';
import { printReport } from './print-report.js';
import { RUN_FLAGS, type RunFlags } from './run-flags.js';
import { runRequest } from './run-request.js';
import { stopOnSignals } from './stop-on-signals.js';
import { SUMMARIES } from './summaries.js';
import { surroundings } from './surroundings.js';
import { plainFor, prepareFiles, tellCi } from './tell-ci.js';
import { withSettings } from './with-settings.js';

/** `replay [run] TRACE ...`: replays a trace against a backend and reports. */
export class Run extends Command {
  static override summary = SUMMARIES.run;
  static override description =
    'This is the default command: `replay trace.json` is short for `replay run trace.json`.';
  static override examples = [
    '<%= config.bin %> traces/workload-40.json --from 80s --to 120s',
    '<%= config.bin %> trace.json --backend http --url http://127.0.0.1:8501/v1/models/m:predict',
    '<%= config.bin %> --rate 50/s --duration 30s --backend http --url http://127.0.0.1:8080/',
    '<%= config.bin %> trace.json --backend simulated --set servers=4 --time virtual',
  ];
  static override args = {
    trace: Args.string({ description: 'trace file (.json, .jsonl, .csv, each also .gz), or - for standard input' }),
  };
  static override flags = RUN_FLAGS;

  override async run(): Promise<void> {
    const { args, flags } = await withSettings(Run.flags, await this.parse(Run), {
      env: process.env,
      folder: process.cwd(),
      say: (text) => {
        this.logToStderr(text);
      },
    });
    refuseContradictions(flags);
    const format = givenFormat(flags);
    const terms = { ...(await givenTerms(flags, LATEST_PRICES)), ...(await givenGate(flags)) };
    if (flags['dry-run']) process.exitCode = await this.#dryRun(args.trace, flags, terms, format);
    else await this.#replay(args.trace, flags, terms, format);
  }

  async #replay(
    source: string | undefined,
    flags: RunFlags,
    terms: GivenTerms & GivenThresholds,
    format: OutputFormat,
  ): Promise<void> {
    prepareFiles(flags);
    const collect = await collectAfter(flags);
    const { closeArrivals } = await import('../arrival-store.js');
    const trace = await openTrace(source, flags);
    const live = await liveProgress(process.stderr, { quiet: flags.quiet, env: process.env });
    let started = false;
    const stop = stopOnSignals(() => {
      live.end();
      this.logToStderr(
        started
          ? 'stopping: nothing more is sent, the report follows (once more kills)'
          : 'stopping before the start: nothing was sent (once more kills)',
      );
    });
    let metrics: LiveMetrics | undefined;
    try {
      metrics = await liveMetrics(flags, { env: process.env, date: () => new Date(), say: live.say });
      const { replay } = await import('../replay/replay.js');
      const request = runRequest(trace, flags, { ...terms, ...(await givenBudget(flags.budget, terms.prices)) });
      const world: Surroundings = {
        ...surroundings(stop.signal, live, (progress) => metrics?.show(progress)),
        onStart: () => {
          started = true;
        },
      };
      if (flags.repeat !== undefined) {
        const { repeatRun } = await import('./repeat-run.js');
        process.exitCode = await repeatRun(request, { ...flags, json: format === 'json' }, world, {
          exitOf: exitCode,
          redraw: source === undefined ? (seed) => openTrace(undefined, { ...flags, seed }) : undefined,
        });
        return;
      }
      const result = await collect(await replay(request, world), stop.signal);
      live.end();
      await print(result, format, flags.latency);
      await metrics.end(result.report, stop.signal);
      process.exitCode = exitCode(result);
      await tellCi(result.report, flags, process.env);
      if (result.trouble !== undefined) throw result.trouble;
    } finally {
      live.end();
      await metrics?.close();
      stop.release();
      closeArrivals(trace.store);
    }
  }

  async #dryRun(source: string | undefined, flags: RunFlags, terms: GivenTerms, format: OutputFormat): Promise<number> {
    const { closeArrivals } = await import('../arrival-store.js');
    const { dryRun } = await import('./dry-run.js');
    const trace = await openTrace(source, flags);
    try {
      const { batching, ...rest } = runRequest(trace, flags, terms);
      const batches = batching === undefined ? {} : { batching };
      const request = { ...rest, ...batches, payloads: trace.payloads, sends: true };
      return await dryRun(request, format === 'json', (text) => {
        this.logToStderr(text);
      });
    } finally {
      closeArrivals(trace.store);
    }
  }
}

function refuseContradictions(flags: RunFlags): void {
  if (flags.repeat === undefined && flags['vary-seed'])
    throw new UserError('--vary-seed draws the arrivals anew for each of several runs; add --repeat N');
  if (flags.repeat !== undefined && (flags.junit ?? flags.summary) !== undefined)
    throw new UserError('--junit and --summary tell of one run; leave out --repeat, or compare its runs afterwards');
}

async function print(
  { report, folder, spectrum }: ReplayResult,
  format: OutputFormat,
  latency: boolean,
): Promise<void> {
  if (format === 'csv') await printSamples(folder);
  else if (format !== 'quiet') await printReport(report, spectrum, { json: format === 'json', latency });
  if (format === 'text') process.stderr.write(plainFor(process.env, `written to ${folder}\n`));
}

/** Whole, also where the run was stopped. */
async function printSamples(folder: string): Promise<void> {
  const { exportSamples } = await import('../export/export-samples.js');
  await exportSamples([folder], 'csv', process.stdout, new AbortController().signal);
}
