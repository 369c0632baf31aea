import { UserError } from '../../errors.js';
import type { OptionInfo, RawOptions } from '../backend.js';
import { AWS_OPTIONS, AWS_READERS, awsOptions, type AwsOptions, listOf, textWithin } from '../shared/aws-options.js';
import { type ExpectRule, parseExpect } from '../shared/expect-rule.js';
import { parseOptions } from '../shared/parse-options.js';

/** Plain data: crosses to the worker threads. */
export interface SageMakerOptions extends AwsOptions {
  readonly endpoint: string;
  readonly variant: string | null;
  readonly targetModel: string | null;
  readonly inferenceComponent: string | null;
  readonly customAttributes: string | null;
  /** Null: the payload's own. */
  readonly contentType: string | null;
  readonly accept: string | null;
  readonly expect: ExpectRule;
}

export const SAGEMAKER_OPTIONS: readonly OptionInfo[] = [
  { name: 'endpoint', value: 'NAME', summary: 'the endpoint to invoke', required: true },
  { name: 'variant', value: 'NAME', summary: 'the production variant that is to answer' },
  { name: 'targetModel', value: 'FILE', summary: 'the model of a multi-model endpoint' },
  { name: 'inferenceComponent', value: 'NAME', summary: 'the inference component that is to answer' },
  { name: 'customAttributes', value: 'TEXT', summary: 'what the container is told besides the payload' },
  { name: 'contentType', value: 'TYPE', summary: 'in place of the type of the payload' },
  { name: 'accept', value: 'TYPE', summary: 'the type the answer is to have' },
  ...AWS_OPTIONS,
];

/** Throws `UserError`. */
export function parseSageMakerOptions(raw: RawOptions): SageMakerOptions {
  const { expect, ...single } = raw;
  const given = parseOptions('sagemaker', single, {
    ...AWS_READERS,
    endpoint: textWithin(63),
    variant: textWithin(63),
    targetModel: textWithin(1024),
    inferenceComponent: textWithin(63),
    customAttributes: textWithin(1024),
    contentType: textWithin(1024),
    accept: textWithin(1024),
  });
  if (given.endpoint === undefined)
    throw new UserError('backend sagemaker: give the endpoint with --set endpoint=NAME');
  return {
    ...awsOptions(given),
    endpoint: given.endpoint,
    variant: given.variant ?? null,
    targetModel: given.targetModel ?? null,
    inferenceComponent: given.inferenceComponent ?? null,
    customAttributes: given.customAttributes ?? null,
    contentType: given.contentType ?? null,
    accept: given.accept ?? null,
    expect: parseExpect(listOf(expect)),
  };
}
