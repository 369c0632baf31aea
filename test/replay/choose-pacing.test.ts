import fc from 'fast-check';
import { expect, it } from 'vitest';
import { choosePacing } from '#src/replay/choose-pacing';

it('auto is exact where every spinning thread has a CPU; an explicit choice is obeyed, with a warning where CPUs are short', () => {
  const cpus = fc.integer({ min: 1, max: 16 });
  const workers = fc.integer({ min: 1, max: 8 });
  fc.assert(
    fc.property(cpus, workers, fc.integer({ min: 0, max: 8 }), (available, sending, own) => {
      const enough = available >= sending + 1 + own;
      expect(choosePacing('auto', available, sending, own).used).toBe(enough ? 'exact' : 'economic');
      expect(choosePacing('economic', available, sending, own).used).toBe('economic');
      const exact = choosePacing('exact', available, sending, own);
      expect(exact.used).toBe('exact');
      expect(exact.warning === undefined).toBe(enough);
    }),
  );
});
