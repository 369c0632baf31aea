import type { Report } from '../report.js';
import type { LatencySpectrum } from '../spectrum.js';
import { onGithub, plainFor } from './tell-ci.js';

/** The report on standard output. */
export async function printReport(
  report: Report,
  spectrum: () => Promise<LatencySpectrum>,
  { json, latency }: { readonly json: boolean; readonly latency: boolean },
): Promise<void> {
  if (json) {
    const { renderReportJson } = await import('../report/report-json.js');
    const { jsonWithoutCommands } = await import('../report/github-annotations.js');
    const text = renderReportJson(report);
    process.stdout.write(onGithub(process.env) ? jsonWithoutCommands(text) : text);
    return;
  }
  const { renderReportText } = await import('../report/report-text.js');
  process.stdout.write(plainFor(process.env, renderReportText(report)));
  if (!latency) return;
  const { renderLatencySpectrum } = await import('../report/latency-spectrum.js');
  process.stdout.write(`\n${renderLatencySpectrum(await spectrum())}`);
}
