/** The public interface for tests of backends. */
export { backendContract } from './testing/backend-contract.js';
export type { ContractSubject } from './testing/contract-subject.js';
