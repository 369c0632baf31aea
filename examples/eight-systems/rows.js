/**
 * The eight systems of the study, and what stands in for each here. `standIn`: a file of stand-ins/, or `serve` for `replay
 * serve` alone; `before`: it answers with what `replay serve` says. `args`: of the run, `$URL` is where the stand-in listens.
 */
const lambda = {
  system: 'AWS Lambda, 2048 MB',
  standIn: 'lambda',
  label: 'stand-in: @vercel/fun',
  args: ['--backend', 'lambda', '--set', 'function=$MODEL', '--set', 'memory=2048', '--set', 'endpointUrl=$URL'],
};

const selfRented = (system, machine, label) => ({
  system,
  standIn: 'serve',
  label,
  args: ['--backend', 'tf-serving', '--url', '$URL', '--model', '$MODEL', '--machine', machine],
});
const CPU = 'stand-in: replay serve';
const GPU = 'CPU stand-in: replay serve';
const awsCpu = selfRented('AWS self-rented CPU, t2.2xlarge', 'aws:t2.2xlarge', CPU);

const MOBILENET_ROWS = [
  lambda,
  {
    system: 'AWS SageMaker, ml.m4.2xlarge',
    standIn: 'sagemaker',
    before: 'serve',
    label: 'stand-in: a face before replay serve',
    args: [
      '--backend',
      'sagemaker',
      '--set',
      'endpoint=$MODEL',
      '--set',
      'instanceType=ml.m4.2xlarge',
      '--set',
      'endpointUrl=$URL',
    ],
  },
  awsCpu,
  selfRented('AWS self-rented GPU, g4dn.2xlarge', 'aws:g4dn.2xlarge', GPU),
  {
    system: 'Google Cloud Functions, 2048 MB',
    standIn: 'cloud-functions',
    label: 'stand-in: functions-framework',
    args: ['--backend', 'cloud-functions', '--set', 'memory=2048', '--url', '$URL'],
  },
  {
    system: 'Google AI Platform (Vertex AI), n1-standard-8',
    standIn: 'vertex',
    before: 'serve',
    label: 'stand-in: a face before replay serve',
    args: [
      '--backend',
      'ai-platform',
      '--set',
      'endpoint=projects/p/locations/us-central1/endpoints/1',
      '--set',
      'machine=n1-standard-8',
      '--set',
      'endpointUrl=$URL',
    ],
  },
  selfRented('Google self-rented CPU, n1-standard-8', 'gcp:n1-standard-8', CPU),
  selfRented('Google self-rented GPU, n1-standard-8 + T4', 'gcp:n1-standard-8+t4', GPU),
];
const ALBERT_ROWS = [lambda, awsCpu];

/** In the order of the table. */
export const ROWS = [
  ...MOBILENET_ROWS.map((row) => ({ ...row, model: 'mobilenet' })),
  ...ALBERT_ROWS.map((row) => ({ ...row, model: 'albert' })),
];
