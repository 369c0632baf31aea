import { expect, it } from 'vitest';
import { environmentName, withEnvironment } from '#src/plan/environment-options';

it.each([
  ['sagemaker', 'endpoint', 'REPLAY_SAGEMAKER_ENDPOINT'],
  ['lambda', 'endpointUrl', 'REPLAY_LAMBDA_ENDPOINT_URL'],
  ['cloud-functions', 'body-limit', 'REPLAY_CLOUD_FUNCTIONS_BODY_LIMIT'],
])('%s %s is %s', (backend, option, name) => {
  expect(environmentName(backend, option)).toBe(name);
});

it('adds what the environment gives, and lets what was given outright go before', () => {
  const known = ['url', 'region', 'client'].map((name) => ({ name, value: 'X', summary: '' }));
  const env = {
    REPLAY_LAMBDA_URL: 'http://env',
    REPLAY_LAMBDA_REGION: 'eu-west-1',
    REPLAY_LAMBDA_CLIENT: '',
    REPLAY_LAMBDA_ODD: '1',
  };
  expect(withEnvironment('lambda', known, { url: 'http://flag' }, env)).toEqual({
    url: 'http://flag',
    region: 'eu-west-1',
  });
});
