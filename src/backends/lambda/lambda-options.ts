import { UserError } from '../../errors.js';
import type { OptionInfo, RawOptions } from '../backend.js';
import { AWS_OPTIONS, AWS_READERS, awsOptions, type AwsOptions, listOf, textWithin } from '../aws/aws-options.js';
import { type ExpectRule, parseExpect } from '../wire/expect-rule.js';
import { durationWithin, httpUrl, oneOf, parseOptions, wholeNumberWithin } from '../shared/parse-options.js';

/** Plain data: crosses to the worker threads. */
export interface LambdaOptions extends AwsOptions {
  readonly target: LambdaTarget;
  /** Whether the last lines of the function's log come back with the answer: durations, memory, cold starts. */
  readonly log: 'tail' | 'none';
  readonly auth: 'iam' | 'none';
  /** What the bill needs where the log does not tell it; null: not said. */
  readonly memoryMb: number | null;
  readonly timeoutMs: number | null;
  /** Null: as the configuration of the function says, which `setUp` asks for. */
  readonly architecture: 'x86_64' | 'arm64' | null;
  /** Added by `setUp`: the start of an environment was billed for it at all times. */
  readonly startsBilled?: boolean;
  readonly expect: ExpectRule;
}

export type LambdaTarget =
  | { readonly kind: 'invoke'; readonly function: string; readonly qualifier: string | null }
  | { readonly kind: 'url'; readonly url: string };

export const LAMBDA_OPTIONS: readonly OptionInfo[] = [
  { name: 'function', value: 'NAME|ARN', summary: 'the function to invoke; or give url' },
  { name: 'qualifier', value: 'ALIAS|VERSION', summary: 'which version of it' },
  { name: 'url', value: 'URL', summary: 'a function URL, in place of function' },
  { name: 'log', value: 'tail|none', summary: 'whether the answer brings durations and cold starts (default tail)' },
  { name: 'auth', value: 'iam|none', summary: 'none: calls are not signed' },
  {
    name: 'memory',
    value: 'MB',
    summary: 'for the bill where no log reports it, in place of what the configuration says',
  },
  { name: 'timeout', value: 'DURATION', summary: 'of the function: the most that a call without an answer can cost' },
  { name: 'architecture', value: 'x86_64|arm64', summary: 'for the bill, in place of what the configuration says' },
  ...AWS_OPTIONS,
];

/** Throws `UserError`. */
export function parseLambdaOptions(raw: RawOptions): LambdaOptions {
  const { expect, ...single } = raw;
  const given = parseOptions('lambda', single, {
    ...AWS_READERS,
    function: textWithin(256),
    qualifier: textWithin(128),
    url: parseUrl,
    log: oneOf('tail', 'none'),
    auth: oneOf('iam', 'none'),
    memory: wholeNumberWithin(128, 10_240),
    // Lambda ends a call after 15 minutes at most.
    timeout: durationWithin('1ms', '15m'),
    architecture: oneOf('x86_64', 'arm64'),
  });
  const target = targetOf(given);
  const options = awsOptions('lambda', { ...given, ...(given.region === undefined ? impliedRegion(target) : {}) });
  const auth = given.auth ?? 'iam';
  if (target.kind === 'url') checkUrlOptions(options, given.log);
  else if (auth === 'none') checkUnsigned(options);
  return {
    ...options,
    target,
    log: given.log ?? 'tail',
    auth,
    memoryMb: given.memory ?? null,
    timeoutMs: given.timeout ?? null,
    architecture: given.architecture ?? null,
    expect: parseExpect(listOf(expect)),
  };
}

function targetOf(given: { function?: string; qualifier?: string; url?: string }): LambdaTarget {
  if ((given.function === undefined) === (given.url === undefined))
    throw new UserError('backend lambda: give the function with --set function=NAME, or a function URL with --url');
  if (given.url === undefined)
    return { kind: 'invoke', function: given.function ?? '', qualifier: given.qualifier ?? null };
  if (given.qualifier !== undefined)
    throw new UserError('backend lambda: a function URL belongs to one qualifier already; leave out qualifier');
  return { kind: 'url', url: given.url };
}

function parseUrl(text: string): string {
  const url = httpUrl(text);
  if (url.username + url.password !== '') throw new Error('leave out user and password: calls are signed instead');
  url.hash = '';
  return url.href;
}

/** An ARN and a function URL name their region, and work in no other. */
function impliedRegion(target: LambdaTarget): { readonly region?: string } {
  const region =
    target.kind === 'url'
      ? /\.lambda-url\.([a-z0-9-]+)\.on\.aws$/.exec(new URL(target.url).hostname)?.[1]
      : /^arn:[a-z0-9-]+:lambda:([a-z0-9-]+):/.exec(target.function)?.[1];
  return region === undefined ? {} : { region };
}

function checkUrlOptions({ client, endpointUrl }: AwsOptions, log: string | undefined): void {
  if (client === 'sdk')
    throw new UserError('backend lambda: the client of the vendor does not call function URLs; leave out client=sdk');
  if (endpointUrl !== null)
    throw new UserError('backend lambda: a function URL is the address itself; leave out endpointUrl');
  if (log === 'tail')
    throw new UserError('backend lambda: a function URL answers without a log; leave out log, or invoke by function=');
}

function checkUnsigned({ client, endpointUrl }: AwsOptions): void {
  if (client === 'sdk')
    throw new UserError('backend lambda: the client of the vendor always signs; leave out auth=none');
  if (endpointUrl === null)
    throw new UserError('backend lambda: auth=none is for function URLs and emulators; add --url or endpointUrl');
}
