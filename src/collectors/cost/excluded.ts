/** What the bill of each kind of service does not contain. */
export const EXCLUDED = {
  lambda: [
    'free tier',
    'data transfer',
    'public addresses',
    'ephemeral storage above 512 MB',
    'provisioned concurrency',
    'the SnapStart cache and its fee per restored GB',
    'logs',
  ],
  'cloud-functions-gen1': ['free tier', 'egress', 'minimum instances', 'builds and images', 'logs'],
  'cloud-run': ['free tier', 'egress', 'minimum instances', 'idle instances', 'builds and images', 'logs'],
  'sagemaker-serverless': ['free tier', 'per-GB data', 'provisioned concurrency', 'logs'],
  hourly: ['free tier', 'per-GB data', 'data transfer', 'disks', 'logs', 'scale-in after the run'],
  machine: ['egress', 'public addresses', 'disks', 'time before and after the run', 'discounts'],
} as const;
