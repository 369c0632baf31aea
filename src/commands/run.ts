import { Args, Command } from '@oclif/core';
import { answerOf } from '../answer.js';
import { UserError } from '../errors.js';
import type { ReplayRequest, ReplayResult, Surroundings } from '../replay/replay.js';
import { optionNames } from './backend-options.js';
import { collectAfter } from './collect-after.js';
import { complaintsOf } from './complaints.js';
import type { FlagTable } from './config-flags.js';
import { givenBudget, type GivenTerms } from './cost-flags.js';
import { exitCode } from './exit-code.js';
import type { GivenThresholds } from './gate-flags.js';
import { liveMetrics, type LiveMetrics } from './live-metrics.js';
import { liveProgress } from './live-progress.js';
import { namedService } from './named-service.js';
import { nothingSucceeded } from './nothing-succeeded.js';
import { openTrace } from './open-trace.js';
import { givenFormat, type OutputFormat } from './output-flags.js';
import { printReport } from './print-report.js';
import { RUN_FLAGS, type RunFlags } from './run-flags.js';
import { runRequest } from './run-request.js';
import { runTerms } from './run-terms.js';
import { stopOnSignals } from './stop-on-signals.js';
import { SUMMARIES } from './summaries.js';
import { surroundings } from './surroundings.js';
import { plainFor, checkFiles, tellCi } from './tell-ci.js';
import { typedName } from './typed-name.js';
import { withSettings } from './with-settings.js';
import { withoutSecrets } from './without-secrets.js';

/** `replay [run] TRACE ...`: replays a trace against a backend and reports. */
export class Run extends Command {
  static override summary = SUMMARIES.run;
  static override description =
    'This is the default command: `replay trace.json` is short for `replay run trace.json`.';
  static override examples = [
    '<%= config.bin %> traces/workload-40.json --from 80s --to 120s',
    '<%= config.bin %> trace.json --backend http --url http://127.0.0.1:8501/v1/models/m:predict',
    '<%= config.bin %> --rate 50/s --duration 30s --url http://127.0.0.1:8080/',
    '<%= config.bin %> http://127.0.0.1:8080/ --stages 0s:0,10s:200,40s:200,50s:0',
    '<%= config.bin %> trace.json --backend simulated --set servers=4 --time virtual',
  ];
  static override args = {
    trace: Args.string({ description: 'trace file (.json, .jsonl, .csv, each also .gz), or - for standard input' }),
  };
  static override flags = RUN_FLAGS;

  override async run(): Promise<void> {
    const settled = await withSettings(Run.flags, await this.parse(Run), {
      env: process.env,
      folder: process.cwd(),
      say: (text) => {
        this.logToStderr(text);
      },
    });
    await withoutSecrets(settled.secrets, async () => {
      const { args, flags } = namedService(settled.args, settled.flags);
      const nameOf = (flag: string): string =>
        settled.origins[flag] ?? typedName(this.argv, flag, (RUN_FLAGS as FlagTable)[flag]);
      refuseContradictions(flags);
      const format = givenFormat(flags);
      const terms = {
        ...(await runTerms(flags)),
        optionNames: optionNames(flags, nameOf, settled.origins),
        ...(settled.secrets.length > 0 && { secrets: settled.secrets }),
      };
      if (flags['dry-run']) process.exitCode = await this.#dryRun(args.trace, flags, terms, format);
      else await this.#replay(args.trace, flags, terms, format);
    });
  }

  async #replay(source: string | undefined, flags: RunFlags, terms: RunTerms, format: OutputFormat): Promise<void> {
    await checkFiles(flags, process.env);
    const collect = await collectAfter(flags);
    const { closeArrivals } = await import('../trace-file/arrival-store.js');
    const trace = await openTrace(source, flags);
    const live = await liveProgress(process.stderr, { quiet: flags.quiet, env: process.env });
    let started = false;
    const stop = stopOnSignals(() => {
      live.end();
      this.logToStderr(
        started
          ? 'stopping: nothing more is sent; writing the report (press Ctrl-C again to quit now)'
          : 'stopping before the start: nothing was sent (press Ctrl-C again to quit now)',
      );
    });
    let metrics: LiveMetrics | undefined;
    try {
      metrics = await liveMetrics(flags, { env: process.env, date: () => new Date(), say: live.say });
      const { replayUntilValid } = await import('../replay/until-valid.js');
      const request = runRequest(trace, flags, { ...terms, ...(await givenBudget(flags.budget, terms.prices)) });
      const world: Surroundings = {
        ...surroundings(stop.signal, live, (progress) => metrics?.show(progress)),
        onStart: () => {
          started = true;
        },
      };
      if (flags.repeat !== undefined) {
        const { repeatRun } = await import('./repeat-run.js');
        const end = await repeatRun(request, { ...flags, json: format === 'json' }, world, {
          exitOf: exitCode,
          finish: (result) => collect(result, stop.signal),
          redraw: source === undefined ? (seed) => openTrace(undefined, { ...flags, seed }) : undefined,
        });
        const last = end.runs.at(-1);
        if (last !== undefined) await metrics.end(last.report, stop.signal);
        process.exitCode = end.exitCode;
        return;
      }
      const made = await replayUntilValid(request, world, flags.attempts ?? 1, hasAnswered);
      const result = await collect(made.result, stop.signal);
      live.end();
      await print(result, format, flags);
      const nothing = nothingSucceeded(result.report);
      if (nothing !== undefined) this.logToStderr(nothing);
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

  async #dryRun(source: string | undefined, flags: RunFlags, terms: RunTerms, format: OutputFormat): Promise<number> {
    const { dryRunOf } = await import('./dry-run.js');
    return dryRunOf(source, flags, terms, format === 'json', (text) => {
      this.logToStderr(text);
    });
  }
}

type RunTerms = GivenTerms & GivenThresholds & Pick<ReplayRequest, 'optionNames' | 'secrets'>;

function refuseContradictions(flags: RunFlags): void {
  if (flags.repeat === undefined && flags['vary-seed'])
    throw new UserError('--vary-seed draws the arrivals anew for each of several runs; add --repeat N');
  if (flags.repeat !== undefined && flags.latency)
    throw new UserError(
      '--latency prints one run; leave out --repeat, or ask replay report RUN --latency of one of them',
    );
}

/** A run that is INVALID and has answered what was asked all the same is not made again. */
function hasAnswered({ report }: ReplayResult): boolean {
  return answerOf(report) !== 'unknown';
}

async function print(
  { report, folder, spectrum }: ReplayResult,
  format: OutputFormat,
  { latency, quiet }: Pick<RunFlags, 'latency' | 'quiet'>,
): Promise<void> {
  if (format === 'csv') await printSamples(folder);
  // The other formats hold what failed.
  if (format === 'csv' || format === 'quiet')
    for (const line of complaintsOf('the run', report))
      process.stderr.write(plainFor(process.env, `replay: ${line}\n`));
  else await printReport(report, spectrum, { json: format === 'json', latency });
  if (format === 'text' && !quiet) process.stderr.write(plainFor(process.env, `written to ${folder}\n`));
}

/** Whole, also where the run was stopped. */
async function printSamples(folder: string): Promise<void> {
  const { exportSamples } = await import('../export/export-samples.js');
  await exportSamples([folder], 'csv', process.stdout, new AbortController().signal);
}
