import type { Backend, BackendContext, BackendPlugin, Call, Failure, Outcome } from 'replay';
import { backendContract, type ContractSubject } from 'replay/testing';
import { expectTypeOf, it } from 'vitest';

interface Options {
  readonly url: string;
}

// The smallest plugin of one's own.
const plugin = {
  name: 'mine',
  summary: 'answers at once',
  waits: 'on-the-world',
  knowsSent: false,
  publicOptions: [],
  parseOptions: (raw) => ({ url: String(raw['url']) }),
  create: (options, { clock }) => ({
    invoke: (call) => {
      expectTypeOf(options).toEqualTypeOf<Options>();
      expectTypeOf(call).toEqualTypeOf<Call>();
      return Promise.resolve({ ok: true, doneMs: clock.now() });
    },
  }),
} satisfies BackendPlugin<Options>;

// One of any options passes where plugins are taken.
expectTypeOf(plugin).toExtend<BackendPlugin<Options>>();
expectTypeOf<ContractSubject['plugin']>().toEqualTypeOf<BackendPlugin>();
expectTypeOf<typeof it>().toExtend<ContractSubject['it']>();
expectTypeOf(backendContract).parameters.toEqualTypeOf<[subject: ContractSubject]>();
expectTypeOf(backendContract).returns.toBeVoid();

// Two ways to answer, and nothing else.
expectTypeOf<ReturnType<Backend['invoke']>>().toEqualTypeOf<Promise<Outcome> | 'settles'>();
expectTypeOf<string>().not.toExtend<ReturnType<Backend['invoke']>>();
expectTypeOf<BackendPlugin['create']>().returns.toEqualTypeOf<Backend | Promise<Backend>>();
expectTypeOf<BackendPlugin['create']>().parameter(1).toEqualTypeOf<BackendContext>();

// A success has no failure, a failure has one of the known kinds and a detail.
expectTypeOf<{ ok: true }>().toExtend<Outcome>();
expectTypeOf<{ ok: false; failure: 'tired'; detail: '' }>().not.toExtend<Outcome>();
expectTypeOf<{ ok: false; failure: 'timeout' }>().not.toExtend<Outcome>();
expectTypeOf<'timeout'>().toExtend<Failure>();
