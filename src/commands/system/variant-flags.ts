import { Flags } from '@oclif/core';

/** Which variant of a system that serves several models. */
export const VARIANT_FLAGS = {
  model: Flags.string({ description: 'the variant that serves this model, such as albert' }),
  runtime: Flags.string({ description: 'the variant with this runtime, such as ort' }),
} as const;
