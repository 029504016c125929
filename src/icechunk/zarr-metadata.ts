import { InvalidInputError, type Json } from "../errors.js";

export type JsonObject = { readonly [key: string]: Json };

/** The `zarr.json` of a group (Zarr v3 core, "Group metadata"). */
export interface ZarrGroup {
  zarr_format: 3;
  node_type: "group";
  attributes?: JsonObject;
}

/** A named extension point of Zarr v3: a data type, a codec, a grid. */
export interface ZarrExtension {
  name: string;
  configuration?: JsonObject;
}

/** The `zarr.json` of an array (Zarr v3 core, "Array metadata") on a regular chunk grid. */
export interface ZarrArray {
  zarr_format: 3;
  node_type: "array";
  shape: readonly number[];
  data_type: string | ZarrExtension;
  chunk_grid: { name: "regular"; configuration: { chunk_shape: readonly number[] } };
  chunk_key_encoding: { name: "default" | "v2"; configuration?: { separator?: "/" | "." } };
  fill_value: Json;
  codecs: readonly ZarrExtension[];
  attributes?: JsonObject;
  dimension_names?: readonly (string | null)[];
  storage_transformers?: readonly ZarrExtension[];
}

/** Chunk counts are 32-bit in Icechunk's files. */
const maxChunksPerAxis = 2 ** 32 - 1;

/**
 * Number of chunks along each axis of an array.
 *
 * @throws InvalidInputError where shape and chunk shape are not lists of the same length of whole numbers.
 */
export function chunkCounts(path: string, zarr: ZarrArray): number[] {
  const chunkShape = zarr.chunk_grid?.configuration?.chunk_shape;
  if (!Array.isArray(zarr.shape) || !Array.isArray(chunkShape) || zarr.shape.length !== chunkShape.length) {
    throw invalid(path, "shape and chunk_shape must be lists of the same length");
  }
  if (zarr.dimension_names && zarr.dimension_names.length !== zarr.shape.length) {
    throw invalid(path, "dimension_names must be as long as shape");
  }
  return zarr.shape.map((length, axis) => {
    const chunkLength = chunkShape[axis]!;
    if (!Number.isSafeInteger(length) || length < 0 || !Number.isSafeInteger(chunkLength) || chunkLength < 1) {
      throw invalid(path, `axis ${axis} has length ${length} in chunks of ${chunkLength}`);
    }
    const count = Math.ceil(length / chunkLength);
    if (count > maxChunksPerAxis) throw invalid(path, `axis ${axis} has ${count} chunks, more than the format holds`);
    return count;
  });
}

/**
 * Check the path of a node: absolute, no trailing slash, no empty, `.` or `..` segment.
 *
 * @throws InvalidInputError
 */
export function assertNodePath(path: string): void {
  if (path === "/") return;
  const segments = path.split("/");
  const isBad = segments.slice(1).some((segment) => segment === "" || segment === "." || segment === "..");
  if (segments[0] !== "" || segments.length < 2 || isBad) {
    throw new InvalidInputError(`"${path}" is not the path of a node, like "/" or "/group/array".`, {
      details: { path },
    });
  }
}

/** The path of the group that holds a node; null for the root. */
export function parentPath(path: string): string | null {
  if (path === "/") return null;
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

function invalid(path: string, what: string): InvalidInputError {
  return new InvalidInputError(`The metadata of the array ${path} is wrong: ${what}.`, { details: { path } });
}
