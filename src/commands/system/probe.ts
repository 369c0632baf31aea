import { Command } from '@oclif/core';
import { SUMMARIES } from '../summaries.js';
import { PROBE_FLAGS } from './probe-flags.js';

/** `replay system probe --backend NAME ...`: small runs that show what a simulation needs of a real service. */
export class SystemProbe extends Command {
  static override summary = SUMMARIES['system probe'];
  static override description =
    'Parts, in their order: lone calls; single cold starts; a burst; ever longer idle times (gaps); rates that double until the ' +
    'service is saturated, and that one held; a last watch. Number of calls, length and highest cost are printed before the ' +
    'start. The same command again takes up a probe that was stopped; a run that is over is never made twice.';
  static override examples = [
    '<%= config.bin %> system probe --backend lambda --set function=mine --budget 1usd --out runs/probe',
    '<%= config.bin %> system probe --url http://127.0.0.1:8080/ --body @input.json --skip starts --skip gaps',
    '<%= config.bin %> system probe --backend simulated --set system=aws-cpu --time virtual --timeout 10m --dry-run',
  ];
  static override flags = PROBE_FLAGS;

  override async run(): Promise<void> {
    const { flags } = await this.parse(SystemProbe);
    const { probeService } = await import('./probe-service.js');
    process.exitCode = await probeService(flags);
  }
}
