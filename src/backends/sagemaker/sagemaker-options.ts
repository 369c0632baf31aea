import { UserError } from '../../errors.js';
import type { OptionInfo, RawOptions } from '../backend.js';
import { AWS_OPTIONS, AWS_READERS, awsOptions, type AwsOptions, listOf, textWithin } from '../aws/aws-options.js';
import { type ExpectRule, parseExpect } from '../wire/expect-rule.js';
import { parseOptions, wholeNumberWithin } from '../shared/parse-options.js';

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
  /** What the bill needs; null: not said. */
  readonly instanceType: string | null;
  readonly memoryMb: number | null;
  readonly expect: ExpectRule;
}

export const SAGEMAKER_OPTIONS: readonly OptionInfo[] = [
  { name: 'endpoint', value: 'NAME', summary: 'the endpoint to invoke', required: true },
  { name: 'variant', value: 'NAME', summary: 'the production variant that is to answer' },
  { name: 'targetModel', value: 'FILE', summary: 'the model of a multi-model endpoint' },
  { name: 'inferenceComponent', value: 'NAME', summary: 'the inference component that is to answer' },
  { name: 'customAttributes', value: 'TEXT', summary: 'text for the container, beside the payload' },
  { name: 'contentType', value: 'TYPE', summary: 'in place of the type of the payload' },
  { name: 'accept', value: 'TYPE', summary: 'the type the answer is to have' },
  { name: 'instanceType', value: 'ml.TYPE', summary: 'for the bill, in place of what the probe reports' },
  { name: 'memory', value: 'MB', summary: 'for the bill of a serverless endpoint: its memory' },
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
    instanceType: parseInstanceType,
    memory: wholeNumberWithin(1024, 6144),
  });
  if (given.instanceType !== undefined && given.memory !== undefined)
    throw new UserError('backend sagemaker: an endpoint has instances or is serverless; give instanceType or memory');
  if (given.endpoint === undefined)
    throw new UserError('backend sagemaker: give the endpoint with --set endpoint=NAME');
  return {
    ...awsOptions('sagemaker', given),
    endpoint: given.endpoint,
    variant: given.variant ?? null,
    targetModel: given.targetModel ?? null,
    inferenceComponent: given.inferenceComponent ?? null,
    customAttributes: given.customAttributes ?? null,
    contentType: given.contentType ?? null,
    accept: given.accept ?? null,
    instanceType: given.instanceType ?? null,
    memoryMb: given.memory ?? null,
    expect: parseExpect(listOf(expect)),
  };
}

function parseInstanceType(text: string): string {
  if (!/^ml\.[a-z0-9-]{1,20}\.[a-z0-9]{1,20}$/.test(text))
    throw new Error('give an instance type such as ml.m5.xlarge');
  return text;
}
