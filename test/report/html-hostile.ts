import fc from 'fast-check';
import type { Report } from '#src/report';

/** What a page must take for text. */
export const HOSTILE = [
  '<script>document.title="broken"</script>',
  '</script><script>document.title="broken"</script>',
  '</style></title><!--',
  '-->]]><img src=x onerror=\'document.title="broken"\'>',
  '"><svg onload=document.title="broken">',
  "' onfocus=document.title='broken' autofocus='",
  'line\u2028paragraph\u2029 \u0000\u0007\u001b[31m \u202ereversed\u2066 \ud800 &amp; &#60;script&#62; {{x}} ${y}',
];

/** Any text, the hostile ones among them. */
export const hostile = fc
  .oneof(
    { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }) },
  )
  .map((text) => `x${text}x`); // the tokenizer of the test trims

/** This report with that text wherever a text comes from outside. */
export function withTexts(report: Report, text: string): Report {
  const { run, sections } = report;
  return {
    ...report,
    run: {
      ...run,
      id: text,
      trace: { ...run.trace, name: text, recipe: { note: text, nested: { deep: [text] } } },
      backend: text,
      startedAt: text,
      stopReason: text,
      pacing: { asked: text, used: text, why: text },
      options: { url: text, [`key ${text}`]: text },
      backendFacts: { fact: text },
      tags: { [text.slice(0, 50)]: text },
      host: { cpu: text, [`key ${text}`]: text },
      sent: { payloads: 1, bytes: 3, sha256: text, shapes: [text] },
      served: { [text]: text },
      notes: [text, text],
      replayVersion: text,
    },
    verdict: { valid: false, reasons: [text] },
    sections: {
      ...sections,
      thresholds: [{ text, actual: null, unit: 'ms', limit: 1, ok: false, why: text }],
      outcomes: { ...sections.outcomes, examples: { timeout: [{ seq: 1, detail: text }] } },
      health: { ...sections.health, resources: { [`key ${text}`]: 1 } },
      cost: {
        ...sections.cost,
        currency: text,
        reason: text,
        sheet: text,
        notes: [text],
        excluded: [text],
        items: [{ what: text, quantity: 1, unit: text, unitPrice: 1, cost: 1, estimated: true }],
      },
    },
  };
}
