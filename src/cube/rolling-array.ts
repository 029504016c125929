import { PendingReduction } from "./pending-reduction.js";

/** Windows that move along time, waiting for the reduction. */
export class RollingArray extends PendingReduction {}
