export { type Lease, type LeaseDeps, tryAcquire } from './lease.ts';
