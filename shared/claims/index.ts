export { type Claimed, type ClaimHandle, type ClaimKey, ClaimLost, type Claims, createClaims } from './claims.ts';
export { type Claim, type ClaimTrack, claimSchema, decideClaim, MAX_FAILURES, releasedClaim } from './decide.ts';
