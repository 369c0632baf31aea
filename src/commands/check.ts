import { Args, Command, Flags, type Interfaces } from '@oclif/core';
import { closeArrivals } from '../trace-file/arrival-store.js';
import { LATEST_PRICES } from '../cost-terms.js';
import type { CheckRequest } from '../check/check.js';
import { ARRIVAL_FLAGS } from './arrival-flags.js';
import { BATCH_FLAGS, givenBatching } from './batch-flags.js';
import { CONNECT_FLAGS } from './connect-flags.js';
import { COST_FLAGS, givenTerms } from './cost-flags.js';
import { dryRun } from './dry-run.js';
import type { FlagTable } from './config-flags.js';
import { backendOptions, optionNames } from './backend-options.js';
import { givenPayloads } from './given-payloads.js';
import { namedService } from './named-service.js';
import { checkWindow, openTrace } from './open-trace.js';
import { RUN_FLAGS } from './run-flags.js';
import { parseTimeoutMs } from './parse-timeout.js';
import { SUMMARIES } from './summaries.js';
import { textFlag } from './text-flag.js';
import { typedName } from './typed-name.js';

const { backend, set, url, model, sessions, header, method, expect, insecure, http2, body, payload, targets } =
  RUN_FLAGS;
const payloadBy = { 'payload-by': RUN_FLAGS['payload-by'] };

/** `replay check [TRACE] --backend NAME`: a dry run. */
export class Check extends Command {
  static override summary = SUMMARIES.check;
  static override description =
    'Each step is a line: options, credentials, set-up, address, probe, payloads against the limits of the service, one request, and with a trace the calls it makes and their cost. Exit 2 when one failed.';
  static override examples = [
    '<%= config.bin %> check --backend lambda --set function=classify --body \'{"instances":[[1]]}\'',
    '<%= config.bin %> check traces/workload-40.json --backend sagemaker --set endpoint=mobilenet --payload input.json',
    '<%= config.bin %> check trace.json --backend http --url http://127.0.0.1:8080/ --no-request --json',
  ];
  static override args = {
    trace: Args.string({ description: 'trace file, or - for standard input: its payloads, calls and cost' }),
  };
  static override flags = {
    ...{ backend, set, url, model, sessions, header, method, expect, insecure, http2, body, payload, targets },
    ...payloadBy,
    ...ARRIVAL_FLAGS,
    ...CONNECT_FLAGS,
    ...BATCH_FLAGS,
    request: Flags.boolean({ default: true, allowNo: true, description: 'send one request' }),
    timeout: textFlag(
      'timeout',
      parseTimeoutMs,
    )({ default: 30_000, defaultHelp: '30s', description: 'for the complete answer' }),
    ...COST_FLAGS,
    json: Flags.boolean({ description: 'print JSON' }),
  };

  override async run(): Promise<void> {
    const parsed = await this.parse(Check);
    const { args, flags } = namedService(parsed.args, parsed.flags);
    const nameOf = (flag: string): string => typedName(this.argv, flag, (RUN_FLAGS as FlagTable)[flag]);
    const terms = await givenTerms(flags, LATEST_PRICES);
    const trace = asksForArrivals(args.trace, flags) ? await openTrace(args.trace, flags) : undefined;
    try {
      const request = {
        ...requestOf(flags),
        optionNames: optionNames(flags, nameOf),
        ...terms,
        payloads: trace?.payloads ?? (await givenPayloads(flags)) ?? [],
      };
      const whole = { ...request, ...(trace === undefined ? {} : { trace }) };
      process.exitCode = await dryRun(whole, flags.json, (text) => {
        this.logToStderr(text);
      });
    } finally {
      if (trace !== undefined) closeArrivals(trace.store);
    }
  }
}

type CheckFlags = Interfaces.InferredFlags<typeof Check.flags> & { readonly backend: string };

/** Without arrivals neither calls nor cost are estimated. */
function asksForArrivals(source: string | undefined, flags: CheckFlags): boolean {
  const { rate, duration, stages, requests, process, scv, column, unit, 'trace-format': format, where } = flags;
  const given = [source, rate, duration, stages, requests, process, scv, column, unit, format, where];
  return [...given, flags['payload-by']].some((one) => one !== undefined);
}

function requestOf(flags: CheckFlags): Omit<CheckRequest, 'payloads'> {
  checkWindow(flags);
  return {
    backend: flags.backend,
    backendOptions: backendOptions(flags),
    fromMs: flags.from,
    toMs: flags.to ?? Infinity,
    speed: flags.speed,
    ...givenBatching(flags),
    timeoutMs: flags.timeout,
    sends: flags.request,
  };
}
