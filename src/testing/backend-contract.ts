import { guardPlugin } from '../backends/registry.js';
import { batchContract } from './batch-contract.js';
import { callContract } from './call-contract.js';
import { UNDER_TEST, type ContractSubject } from './contract-subject.js';
import { endContract } from './end-contract.js';
import { loopContract } from './loop-contract.js';
import { optionsContract } from './options-contract.js';
import { virtualContract } from './virtual-contract.js';

/**
 * The contract every backend keeps, as tests for any runner. They run the plugin on this thread, by itself and under the
 * real loop, with about a hundred requests to the service that `options` name.
 */
export function backendContract(subject: ContractSubject): void {
  optionsContract(subject);
  // A hook that never settles fails its test instead of holding up the runner.
  const bounded = { ...subject, plugin: guardPlugin(subject.plugin, UNDER_TEST) };
  callContract(bounded);
  endContract(bounded);
  batchContract(bounded);
  loopContract(bounded);
  virtualContract(bounded);
}
