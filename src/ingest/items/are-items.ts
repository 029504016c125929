import { InvalidInputError } from "../../errors.js";
import { isStacSource } from "../../stac/is-stac-source.js";

/**
 * True where sources are STAC: all of them, or none.
 *
 * @throws InvalidInputError where some are and some are not.
 */
export function areItems(sources: readonly string[]): boolean {
  const items = sources.filter(isStacSource);
  if (items.length === 0 || items.length === sources.length) return items.length > 0;
  const [other] = sources.filter((source) => !isStacSource(source));
  throw new InvalidInputError(`${items[0]} is STAC and ${other} is not: ingest them one after the other`, {
    details: { sources: [...sources] },
  });
}
