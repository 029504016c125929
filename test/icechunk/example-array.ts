import type { ZarrArray } from "../../src/icechunk/index.js";

/** Metadata of a uint8 array without compression, so that a chunk's bytes are its values. */
export function exampleArray(shape: readonly number[], chunkShape: readonly number[]): ZarrArray {
  return {
    zarr_format: 3,
    node_type: "array",
    shape,
    data_type: "uint8",
    chunk_grid: { name: "regular", configuration: { chunk_shape: chunkShape } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: 0,
    codecs: [{ name: "bytes" }],
  };
}
