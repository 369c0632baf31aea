import type { PriceSheet } from '../../../cost-terms.js';

const GCE_TABLE = 'a dated third-party table of Compute Engine prices';
const FUNCTIONS_PAGE = 'cloud.google.com/functions/pricing as archived on 2021-01-10';
const US_EAST = { region: 'us-east-1' } as const;
const US_CENTRAL = { region: 'us-central1' } as const;

/** List prices of late 2020 to March 2021, US regions. */
export const SHEET: PriceSheet = {
  name: '2021-03',
  currency: 'USD',
  rows: [
    {
      id: 'lambda:request',
      unit: 'request',
      price: 0.2e-6,
      ...US_EAST,
      source: 'AWS price list',
      date: '2020-12-01',
    },
    {
      // Zip packages on a managed runtime: the INIT phase was not billed until 2025-07-31.
      id: 'lambda:gb-second',
      unit: 'GB-second',
      price: 0.0000166667,
      stepMs: 1,
      minimumMs: 1,
      initBilled: false,
      ...US_EAST,
      source: 'AWS news blog, "1ms billing granularity"',
      date: '2020-12-01',
    },
    {
      id: 'functions-gen1:request',
      unit: 'request',
      price: 0.4e-6,
      ...US_CENTRAL,
      source: FUNCTIONS_PAGE,
      date: '2021-01-10',
    },
    {
      id: 'functions-gen1:gb-second',
      unit: 'GB-second',
      price: 0.0000025,
      stepMs: 100,
      minimumMs: 100,
      initBilled: false,
      ...US_CENTRAL,
      source: FUNCTIONS_PAGE,
      date: '2021-01-10',
    },
    {
      id: 'functions-gen1:ghz-second',
      unit: 'GHz-second',
      price: 0.00001,
      ...US_CENTRAL,
      source: FUNCTIONS_PAGE,
      date: '2021-01-10',
    },
    {
      id: 'aws:t2.2xlarge',
      unit: 'hour',
      price: 0.3712,
      minimumMs: 60_000,
      ...US_EAST,
      source: 'third-party tables of Linux on-demand prices, 2017 and 2020',
      date: '2020-03',
    },
    {
      id: 'aws:g4dn.2xlarge',
      unit: 'hour',
      price: 0.752,
      minimumMs: 60_000,
      ...US_EAST,
      source: 'third-party tables of Linux on-demand prices',
      date: '2021-03',
    },
    {
      // 8 x 0.031611 a vCPU + 30 x 0.004237 a GB.
      id: 'gcp:n1-standard-8',
      unit: 'hour',
      price: 0.379998,
      minimumMs: 60_000,
      ...US_CENTRAL,
      source: GCE_TABLE,
      date: '2021-03',
    },
    {
      // Billed with the machine that it is in.
      id: 'gcp:t4',
      unit: 'hour',
      price: 0.35,
      minimumMs: 60_000,
      ...US_CENTRAL,
      source: GCE_TABLE,
      date: '2021-03',
    },
    {
      // 1.4 x m4.2xlarge.
      id: 'sagemaker:ml.m4.2xlarge',
      unit: 'hour',
      price: 0.56,
      ...US_EAST,
      source: 'third-party tables; no page of the provider from 2021 was found',
      date: '2021-03',
      unverified: true,
    },
    {
      // Compute Engine x 1.15; the table of 2021 itself is lost.
      id: 'vertex:n1-standard-8',
      unit: 'hour',
      price: 0.438,
      ...US_CENTRAL,
      source: 'Vertex AI pricing page, which says that it equals the prices of AI Platform',
      date: '2021-03',
      unverified: true,
    },
  ],
};
