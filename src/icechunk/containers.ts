import { ConflictError, InvalidInputError, NotFoundError } from "../errors.js";
import { containersOf, type VirtualChunkContainer } from "./config.js";
import { encodeFlexbuffer } from "./format/flexbuffer-encoder.js";
import { compareBytes } from "./format/object-id.js";
import { withContainers } from "./settings.js";
import type { JsonObject } from "./zarr-metadata.js";

/**
 * The configuration with one more container; null where it is there and equal.
 *
 * @throws ConflictError where its name or prefix stands for another one.
 */
export function addContainer(config: JsonObject, container: VirtualChunkContainer): JsonObject | null {
  assertContainer(container);
  const containers = containersOf(config);
  const rival = findRival(containers, container);
  if (!rival) return withContainers(config, [...containers, container]);
  if (isSameContainer(rival, container)) return null;
  throw inTheWay(rival, container);
}

/**
 * The configuration with `container` instead of the one of the same name; null where they are equal.
 *
 * @throws NotFoundError where there is none of that name.
 * @throws ConflictError where another container has its prefix.
 */
export function replaceContainer(config: JsonObject, container: VirtualChunkContainer): JsonObject | null {
  assertContainer(container);
  const containers = containersOf(config);
  const old = containers.find(({ name }) => name !== null && name === container.name);
  if (!old) throw notFound(`named "${container.name}"`, containers);
  if (isSameContainer(old, container)) return null;
  return exchange(config, old, container);
}

/**
 * The configuration without the container of this name or prefix. References into it can no longer be read.
 *
 * @throws NotFoundError where there is none.
 */
export function removeContainer(config: JsonObject, nameOrPrefix: string): JsonObject {
  const containers = containersOf(config);
  const left = containers.filter(({ name, urlPrefix }) => name !== nameOrPrefix && urlPrefix !== nameOrPrefix);
  if (left.length === containers.length) throw notFound(`with the name or prefix "${nameOrPrefix}"`, containers);
  return withContainers(config, left);
}

/**
 * The configuration with the container at `oldPrefix` moved to `newPrefix`; null where they are equal. References by
 * name (`vcc://`) follow; absolute ones do not, `WritableSession.relocateReferences` rewrites them.
 *
 * Where official readers reach a local container, its folder, follows as well; any other store stays as it is.
 *
 * @throws NotFoundError where there is no container at `oldPrefix`.
 * @throws ConflictError where there is one at `newPrefix`.
 */
export function relocateContainer(config: JsonObject, oldPrefix: string, newPrefix: string): JsonObject | null {
  const containers = containersOf(config);
  const old = containers.find(({ urlPrefix }) => urlPrefix === oldPrefix);
  if (!old) throw notFound(`at ${oldPrefix}`, containers);
  if (oldPrefix === newPrefix) return null;
  const moved = { ...old, urlPrefix: newPrefix, store: relocateStore(old, newPrefix) };
  assertContainer(moved);
  return exchange(config, old, moved);
}

function relocateStore({ store }: VirtualChunkContainer, newPrefix: string): VirtualChunkContainer["store"] {
  const isLocal = typeof store === "object" && store !== null && "local_file_system" in store;
  if (isLocal !== newPrefix.startsWith("file:///")) {
    throw new InvalidInputError(
      `A container cannot be relocated to ${newPrefix}, another kind of place; replace it, and say how it is reached.`,
      { details: { newPrefix } },
    );
  }
  return isLocal ? { local_file_system: decodeURIComponent(new URL(newPrefix).pathname) } : store;
}

function exchange(config: JsonObject, old: VirtualChunkContainer, now: VirtualChunkContainer): JsonObject {
  const others = containersOf(config).filter(({ urlPrefix }) => urlPrefix !== old.urlPrefix);
  const rival = findRival(others, now);
  if (rival) throw inTheWay(rival, now);
  return withContainers(config, [...others, now]);
}

function findRival(
  containers: readonly VirtualChunkContainer[],
  { name, urlPrefix }: VirtualChunkContainer,
): VirtualChunkContainer | undefined {
  return containers.find((other) => other.urlPrefix === urlPrefix || (other.name !== null && other.name === name));
}

function assertContainer({ name, urlPrefix }: VirtualChunkContainer): void {
  if (!urlPrefix.endsWith("/") || !urlPrefix.includes("://")) {
    throw new InvalidInputError(`The container's prefix "${urlPrefix}" must be an absolute URL that ends in "/".`);
  }
  if (name !== null && !/^[A-Za-z0-9_.-]+$/.test(name)) {
    throw new InvalidInputError(`"${name}" cannot name a container: use letters, digits, "_", "." and "-".`);
  }
}

function isSameContainer(a: VirtualChunkContainer, b: VirtualChunkContainer): boolean {
  const bytes = (container: VirtualChunkContainer) => encodeFlexbuffer(container.store);
  return a.name === b.name && a.urlPrefix === b.urlPrefix && compareBytes(bytes(a), bytes(b)) === 0;
}

function inTheWay(rival: VirtualChunkContainer, container: VirtualChunkContainer): ConflictError {
  return new ConflictError(
    `The container "${rival.name}" at ${rival.urlPrefix} is in the way of "${container.name}" at ${container.urlPrefix}.`,
    { details: { name: container.name, urlPrefix: container.urlPrefix } },
  );
}

function notFound(which: string, containers: readonly VirtualChunkContainer[]): NotFoundError {
  const known = containers.map(({ name, urlPrefix }) => `"${name}" at ${urlPrefix}`);
  return new NotFoundError(
    `There is no virtual chunk container ${which}. There are: ${known.slice(0, 20).join(", ") || "none"}.`,
    { details: { which, known } },
  );
}
