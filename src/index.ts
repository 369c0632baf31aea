/** The public interface for programs: what a backend keeps to, and the stages of the line as functions. */
export { closeArrivals, readArrivals, storeArrivals } from './arrival-store.js';
