import { InvalidInputError, UnsupportedError } from "../errors.js";
import type { RepositoryChange, RepositoryTable } from "./repository-file.js";

/** Ids of the feature flags of spec 2.1; all are on unless they were turned off. */
const flagIds = { move_node: 3, create_tag: 4, delete_tag: 5 } as const;

/** What a repository can forbid its writers: moving nodes, creating tags, deleting tags. */
export type FeatureName = keyof typeof flagIds;

/** One feature flag of a repository. */
export interface FeatureFlag {
  name: FeatureName;
  id: number;
  /** What was set; null where nothing was, and the default holds. */
  setting: boolean | null;
  isEnabled: boolean;
}

/** The flags that this version knows, by id. */
export function featureFlagsOf(table: RepositoryTable): FeatureFlag[] {
  return Object.entries(flagIds).map(([name, id]) => {
    const setting = settingOf(table, id);
    return { name: name as FeatureName, id, setting, isEnabled: setting ?? true };
  });
}

/**
 * Turn a feature on, off, or back to its default, in the repository's table. Null where nothing changes.
 *
 * @throws InvalidInputError for a name that is none.
 */
export function setFeatureFlag(
  table: RepositoryTable,
  name: FeatureName,
  setting: boolean | null,
): RepositoryChange | null {
  if (!Object.hasOwn(flagIds, name)) {
    throw new InvalidInputError(`"${name}" is not a feature flag. There are: ${Object.keys(flagIds).join(", ")}.`);
  }
  const id = flagIds[name];
  if (settingOf(table, id) === setting) return null;
  table.enabledFeatureFlags = withMember(table.enabledFeatureFlags, id, setting === true);
  table.disabledFeatureFlags = withMember(table.disabledFeatureFlags, id, setting === false);
  return { kind: "featureFlagChanged", id, newValue: setting === true, isSet: setting !== null };
}

/**
 * Check that a repository allows something.
 *
 * @throws UnsupportedError where its flag is turned off.
 */
export function assertFeature(table: RepositoryTable, name: FeatureName, what: string): void {
  if (settingOf(table, flagIds[name]) !== false) return;
  throw new UnsupportedError(
    `The repository forbids ${what}: its feature flag "${name}" (${flagIds[name]}) is off. Repository.setFeatureFlag turns it on.`,
    { details: { flag: flagIds[name], name } },
  );
}

function settingOf(table: RepositoryTable, id: number): boolean | null {
  if (table.enabledFeatureFlags?.includes(id)) return true;
  return table.disabledFeatureFlags?.includes(id) ? false : null;
}

/** `ids`, ascending, with or without `id`. A list that is not there stays away while it would be empty. */
function withMember(ids: number[] | null, id: number, isMember: boolean): number[] | null {
  if (ids === null && !isMember) return null;
  const others = (ids ?? []).filter((other) => other !== id);
  return isMember ? [...others, id].sort((a, b) => a - b) : others;
}
