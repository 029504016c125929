/**
 * What neither opens, reads nor commits, in one piece that is loaded when it is asked for: branches, tags and settings,
 * what earlier commits did, and housekeeping. One piece, since files that share code cost more apart than together.
 */
export { addContainer, relocateContainer, removeContainer, replaceContainer } from "./containers.js";
export { diffSnapshots } from "./diff.js";
export { expireSnapshots } from "./expiry.js";
export { featureFlagsOf, setFeatureFlag } from "./feature-flags.js";
export { collectGarbage } from "./garbage-collection.js";
export { readOperations } from "./operations.js";
export { readIntervening, rebase } from "./rebase.js";
export { createBranch, createTag, deleteBranch, deleteTag, resetBranch } from "./refs.js";
export { relocateReferences } from "./relocate-references.js";
export { patchConfig, setAvailability, setConfig, setMetadata, statusOf } from "./repository-settings.js";
export { updateRepository } from "./repository-update.js";
export { findDamage } from "./repository-walk.js";
export { readStorageFigures } from "./storage-figures.js";
export { mergeTransactionLogs } from "./transaction-log-merge.js";
export { readTransactionLog } from "./transaction-log-reader.js";
