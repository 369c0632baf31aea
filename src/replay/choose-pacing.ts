export type Pacing = 'exact' | 'economic' | 'auto';

export interface ChosenPacing {
  readonly asked: Pacing;
  readonly used: 'exact' | 'economic';
  /** A sentence for the report. */
  readonly why: string;
  /** Set when an explicit `exact` was obeyed on too few CPUs. */
  readonly warning?: string;
}

/**
 * `exact` spins: every worker needs a CPU of its own, the main thread one, and what the backend keeps busy besides.
 * `auto` takes it when there are that many; an explicit choice is always obeyed.
 */
export function choosePacing(asked: Pacing, cpus: number, workers: number, backendCpus: number): ChosenPacing {
  const needed = workers + 1 + backendCpus;
  const enough = cpus >= needed;
  const sum = `${count(workers, 'worker')}, the main thread${backendCpus > 0 ? ` and ${count(backendCpus, 'backend thread')}` : ''}`;
  const figures = `exact pacing wants ${String(needed)} CPUs (${sum}) and ${String(Number(cpus.toFixed(2)))} ${cpus === 1 ? 'is' : 'are'} available`;
  if (asked === 'economic') return { asked, used: 'economic', why: 'asked for' };
  if (asked === 'exact')
    return { asked, used: 'exact', why: 'asked for', ...(enough ? {} : { warning: `${figures}: it may be late` }) };
  return { asked, used: enough ? 'exact' : 'economic', why: figures };
}

function count(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
}
