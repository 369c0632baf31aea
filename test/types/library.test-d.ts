import { run, type Report, type RunOptions, type RunResult, type UserError } from 'replay';
import { expectTypeOf } from 'vitest';

// What a program passes in.
expectTypeOf(run).parameter(0).toEqualTypeOf<RunOptions>();
expectTypeOf<{ rate: '50/s'; duration: '30s'; options: { url: string } }>().toExtend<RunOptions>();
expectTypeOf<{ trace: { atMs: Float64Array } }>().toExtend<{ trace: { atMs: ArrayLike<number> } }>();
expectTypeOf<RunOptions['time']>().toEqualTypeOf<'real' | 'virtual' | undefined>();
expectTypeOf<RunOptions['threshold']>().toEqualTypeOf<string | readonly string[] | undefined>();

// A time needs its unit, so it is a text and never a number.
expectTypeOf<30>().not.toExtend<RunOptions['duration']>();
expectTypeOf<{ duratoin: string }>().not.toExtend<RunOptions>();

// What it gets back.
expectTypeOf(run).returns.resolves.toEqualTypeOf<RunResult>();
expectTypeOf<RunResult['report']>().toEqualTypeOf<Report>();
expectTypeOf<RunResult['exitCode']>().toEqualTypeOf<number>();
expectTypeOf<Report['verdict']['valid']>().toEqualTypeOf<boolean>();
expectTypeOf<Report['sections']['latency']['all']['p99Ms']>().toEqualTypeOf<number | null>();
expectTypeOf<UserError>().toExtend<Error>();
