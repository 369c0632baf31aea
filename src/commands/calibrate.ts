import { Command, Flags } from '@oclif/core';
import { HELD_P99_MS, type Calibration, type PacingCalibration } from '../host/calibration.js';
import { EXIT } from '../errors.js';
import { parseLengthMs } from '../text/quantities.js';
import { SUMMARIES } from './summaries.js';
import { textFlag, wholeNumber } from './text-flag.js';

/** `replay calibrate`: what this machine can do. */
export class Calibrate extends Command {
  static override summary = SUMMARIES.calibrate;
  static override description =
    'Short runs against a server in this process; takes about a minute, sends nothing over the network. The result is kept: ' +
    'a later run chooses its workers and pacing by it, and one that asks for more says so before it starts. Where other ' +
    'processes, other machines (steal) or a CPU quota took part of the CPUs, it says so, keeps nothing of that pacing, and ends with 96.';
  static override examples = ['<%= config.bin %> calibrate', '<%= config.bin %> calibrate --pacing economic --json'];
  static override flags = {
    pacing: Flags.string({ options: ['exact', 'economic', 'both'], default: 'both', description: 'which to measure' }),
    trial: textFlag(
      'trial',
      parseLengthMs,
    )({ default: 1500, defaultHelp: '1500ms', description: 'length of each trial' }),
    most: textFlag(
      'most',
      wholeNumber(1000, 1_000_000),
    )({ default: 64_000, description: 'the highest rate to try, requests per second' }),
    json: Flags.boolean({ description: 'print the result as JSON' }),
    quiet: Flags.boolean({ char: 'q', description: 'no progress' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Calibrate);
    const { calibrate } = await import('../calibrate/calibrate.js');
    const { keepCalibration } = await import('../calibrate/keep-calibration.js');
    const pacings = (['exact', 'economic'] as const).filter((one) => flags.pacing === 'both' || flags.pacing === one);
    const { calibration, busy } = await calibrate(
      { pacings, trialMs: flags.trial, mostPerSecond: flags.most },
      {
        folder: process.cwd(),
        env: process.env,
        date: () => new Date(),
        stop: new AbortController().signal,
        say: (text) => {
          if (!flags.quiet) this.logToStderr(text);
        },
        onProgress: () => undefined,
      },
    );
    const anything = pacings.some((pacing) => calibration[pacing] !== null);
    const path = anything ? keepCalibration(calibration, process.env) : undefined;
    process.stdout.write(
      flags.json ? `${JSON.stringify({ ...calibration, busy }, null, 1)}\n` : render(calibration, busy),
    );
    if (!flags.quiet) this.logToStderr(path === undefined ? 'nothing was kept' : `kept in ${path}`);
    if (busy !== null) process.exitCode = EXIT.invalid;
  }
}

function render({ machine, clockResolutionNs, exact, economic }: Calibration, busy: string | null): string {
  const lines = [
    `Machine    ${machine.cpu}, ${String(machine.cpus)} CPUs, Node ${machine.node}`,
    `Clock      steps of ${String(clockResolutionNs)} ns`,
    ...pacingLines('exact', exact),
    ...pacingLines('economic', economic),
    ...(busy === null ? [] : [`${'Busy'.padEnd(11)}${busy}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function pacingLines(name: 'exact' | 'economic', measured: PacingCalibration | null): string[] {
  if (measured === null) return [];
  const { floor, highestPerSecond, cpuUsPerRequest } = measured;
  const bound = `${String(HELD_P99_MS[name])} ms`;
  const title = name === 'exact' ? 'Exact' : 'Economic';
  const lines = [
    `lateness at ${String(floor.perSecond)}/s: p50 ${floor.p50Ms.toFixed(3)} ms, p99 ${floor.p99Ms.toFixed(3)} ms`,
    highestPerSecond === 0
      ? `no rate held a 99th percentile of lateness under ${bound}: this machine is too busy or too small`
      : `holds p99 lateness under ${bound} up to ${String(highestPerSecond)}/s a worker`,
    ...(cpuUsPerRequest === null ? [] : [`CPU of the worker for one more request: ${cpuUsPerRequest.toFixed(1)} us`]),
  ];
  return lines.map((line, i) => `${(i === 0 ? title : '').padEnd(11)}${line}`);
}
