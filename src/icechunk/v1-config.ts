import { CorruptDataError, type Json } from "../errors.js";
import type { JsonObject } from "./zarr-metadata.js";

/** No configuration comes near this; a longer one is hostile. */
const largestConfigBytes = 2 ** 20;

/**
 * The configuration of a repository of spec version 1, which is YAML, in the shape of later ones: a tagged value
 * (`store: !s3 {region: …}`) becomes a map of one key.
 *
 * @throws CorruptDataError where it is not a map in YAML.
 */
export async function parseYamlConfig(bytes: Uint8Array, key: string): Promise<JsonObject> {
  const fault = (cause?: unknown) =>
    new CorruptDataError(`The configuration in ${key} is not a map in YAML.`, { details: { key }, cause });
  if (bytes.length > largestConfigBytes) throw fault();
  // Loaded here: nothing but the configuration of old repositories is YAML.
  const yaml = await import("js-yaml");
  const tagged = { matchByTagPrefix: true, identify: () => false };
  const { create, addPair, has, keys, get } = yaml.mapTag;
  const schema = yaml.CORE_SCHEMA.withTags(
    yaml.defineScalarTag<Json>("!", { ...tagged, resolve: (text, _isExplicit, tag) => ({ [nameOf(tag)]: text }) }),
    yaml.defineMappingTag("!", {
      ...tagged,
      create: (tag) => ({ name: nameOf(tag), map: create(tag) }),
      addPair: ({ map }, name, value) => addPair(map, name, value),
      has: ({ map }, name) => has(map, name),
      finalize: ({ name, map }) => ({ [name]: map as Json }),
      keys,
      get,
    }),
  );
  try {
    // Aliases could name each other's parts without end.
    const config = yaml.load(new TextDecoder().decode(bytes), { schema, maxAliases: 0 });
    if (typeof config === "object" && config !== null && !Array.isArray(config)) return config as JsonObject;
  } catch (cause) {
    throw fault(cause);
  }
  throw fault();
}

function nameOf(tag: string): string {
  return tag.slice(1);
}
