export { type Lease, type LeaseDeps, tryAcquire } from './lease.ts';
export { type LeasedLoop, startLeasedLoop } from './loop.ts';
