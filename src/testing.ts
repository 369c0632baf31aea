/** The public interface for tests of backends and collectors. */
export { backendContract } from './testing/backend-contract.js';
export { collectorContract, type CollectorSubject } from './testing/collector-contract.js';
export type { ContractSubject } from './testing/contract-subject.js';
