const HEADS = [
  'system',
  'stood in for by',
  'model',
  'requests',
  'p50',
  'p99',
  'success',
  'cold starts',
  'cost of the run',
  'verdict',
];

/** The results as Markdown, then the command of each row. Every figure says that it is a stand-in's. */
export function tableOf(results) {
  const rows = results.map((result, i) => [i + 1, ...cellsOf(result)]);
  const commands = results.map(({ command }, i) => `# ${i + 1}\n${command}`);
  return [
    line(['', ...HEADS]),
    line(['---', ...HEADS.map(() => '---')]),
    ...rows.map(line),
    '',
    '```sh',
    ...commands,
    '```',
    '',
  ].join('\n');
}

function cellsOf({ system, label, model, report: { sections, verdict } }) {
  const { latency, outcomes, coldStarts, cost } = sections;
  const told = coldStarts.known === 0 ? 'unknown' : String(coldStarts.count);
  return [
    system,
    `*${label}*`,
    model,
    String(outcomes.planned),
    ms(latency.all.p50Ms),
    ms(latency.all.p99Ms),
    `${((100 * outcomes.ok) / outcomes.planned).toFixed(2)} %`,
    told,
    cost.total === null ? `unknown: ${cost.reason}` : `${cost.total.toPrecision(3)} ${cost.currency}`,
    verdict.valid ? 'VALID' : 'INVALID',
  ];
}

/** Failures rank as endless. */
function ms(value) {
  return value === null ? 'failed' : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function line(cells) {
  return `| ${cells.join(' | ')} |`;
}
