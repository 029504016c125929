import { ConflictError, InvalidInputError } from "../errors.js";
import type { ByteStore } from "../store/byte-store.js";
import { assertFeature } from "./feature-flags.js";
import { compareUtf8, idToText } from "./format/object-id.js";
import { resolve } from "./history.js";
import type { RepositoryChange, RepositoryTable } from "./repository-file.js";

/** Every repository has this branch. */
const mainBranch = "main";

/**
 * Give a snapshot a name for good, in the repository's table.
 *
 * @throws ConflictError where the name is taken, or was once.
 * @throws NotFoundError where there is no such snapshot.
 * @throws UnsupportedError where the repository forbids it.
 */
export function createTag(table: RepositoryTable, name: string, snapshot: string, store: ByteStore): RepositoryChange {
  assertRefName(name);
  assertFeature(table, "create_tag", "creating tags");
  if (table.tags.some((tag) => tag.name === name) || table.deletedTags.includes(name)) {
    throw new ConflictError(`The tag "${name}" exists or existed; tags are never used twice. Choose another name.`, {
      details: { name },
    });
  }
  table.tags.push({ name, snapshotIndex: resolve(table, { snapshot }, store) });
  table.tags.sort((a, b) => compareUtf8(a.name, b.name));
  return { kind: "tagCreated", name };
}

/**
 * Delete a tag, in the repository's table. Its name is never used again.
 *
 * @throws NotFoundError where there is none.
 * @throws UnsupportedError where the repository forbids it.
 */
export function deleteTag(table: RepositoryTable, name: string, store: ByteStore): RepositoryChange {
  assertFeature(table, "delete_tag", "deleting tags");
  const previousSnapshot = table.snapshots[resolve(table, { tag: name }, store)]!.id;
  table.tags = table.tags.filter((tag) => tag.name !== name);
  table.deletedTags.push(name);
  table.deletedTags.sort(compareUtf8);
  return { kind: "tagDeleted", name, previousSnapshot };
}

/**
 * Start a branch at a snapshot, in the repository's table.
 *
 * @throws ConflictError where there is one of that name.
 * @throws NotFoundError where there is no such snapshot.
 */
export function createBranch(
  table: RepositoryTable,
  name: string,
  snapshot: string,
  store: ByteStore,
): RepositoryChange {
  assertRefName(name);
  if (table.branches.some((branch) => branch.name === name)) {
    throw new ConflictError(`There is already a branch "${name}". Choose another name, or reset it.`, {
      details: { name },
    });
  }
  table.branches.push({ name, snapshotIndex: resolve(table, { snapshot }, store) });
  table.branches.sort((a, b) => compareUtf8(a.name, b.name));
  return { kind: "branchCreated", name };
}

/**
 * Delete a branch, in the repository's table. Its snapshots stay until garbage is collected.
 *
 * @param expected the branch's newest snapshot as the caller knows it; null for "whatever it is".
 * @throws InvalidInputError for `main`, which every repository has.
 * @throws ConflictError where the branch has another newest snapshot than expected.
 * @throws NotFoundError where there is none.
 */
export function deleteBranch(
  table: RepositoryTable,
  name: string,
  expected: string | null,
  store: ByteStore,
): RepositoryChange {
  if (name === mainBranch)
    throw new InvalidInputError(`The branch "${mainBranch}" cannot be deleted: it is what everybody reads.`);
  const previousSnapshot = table.snapshots[resolve(table, { branch: name }, store)]!.id;
  assertTip(name, previousSnapshot, expected, "deleted");
  table.branches = table.branches.filter((branch) => branch.name !== name);
  return { kind: "branchDeleted", name, previousSnapshot };
}

/**
 * Let a branch begin anew at a snapshot, in the repository's table. Null where it is there already.
 *
 * @param expected the branch's newest snapshot as the caller knows it; null for "whatever it is".
 * @throws ConflictError where the branch has another newest snapshot than expected.
 * @throws NotFoundError where there is no such branch or snapshot.
 */
export function resetBranch(
  table: RepositoryTable,
  name: string,
  snapshot: string,
  expected: string | null,
  store: ByteStore,
): RepositoryChange | null {
  const tipIndex = resolve(table, { branch: name }, store);
  const tip = table.snapshots[tipIndex]!.id;
  assertTip(name, tip, expected, "reset");
  const target = resolve(table, { snapshot }, store);
  if (target === tipIndex) return null;
  table.branches.find((branch) => branch.name === name)!.snapshotIndex = target;
  return { kind: "branchReset", name, previousSnapshot: tip };
}

function assertTip(name: string, tip: Uint8Array, expected: string | null, done: string): void {
  if (expected === null || idToText(tip) === expected) return;
  throw new ConflictError(`The branch "${name}" is at ${idToText(tip)}, not at ${expected}; it was not ${done}.`, {
    details: { branch: name, expected, tip: idToText(tip) },
  });
}

function assertRefName(name: string): void {
  if (name === "" || name.includes("/")) {
    throw new InvalidInputError(`"${name}" cannot be the name of a branch or tag: it is empty or holds a slash.`);
  }
}
