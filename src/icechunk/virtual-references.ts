import { InvalidInputError } from "../errors.js";
import type { ArrayData } from "./snapshot-file.js";

/** Virtual references as columns, without an object per reference. */
export interface VirtualReferences {
  /** Chunk numbers, one after the other: as many per reference as the array has axes. */
  indices: Uint32Array;
  /** Per reference: bytes from the start of the object, and how many. */
  offsets: Float64Array;
  lengths: Float64Array;
  /** Per reference: which of `locations`. */
  locationIndex: Uint32Array;
  /** Absolute URLs, or `vcc://<container>/<percent-encoded path>`. */
  locations: readonly string[];
  /** Per location, whole seconds rounded up; 0 for "do not check". An etag goes before it. */
  lastModifiedSeconds?: Uint32Array | undefined;
  /** Per location; null for "do not check". */
  etags?: readonly (string | null)[] | undefined;
}

/**
 * Check that chunk numbers lie inside an array's grid, `rank` of them per chunk.
 *
 * @throws InvalidInputError
 */
export function assertInside(path: string, data: ArrayData, indices: ArrayLike<number>, count: number): void {
  const rank = data.dimensions.length;
  if (indices.length !== count * rank) {
    throw new InvalidInputError(`${indices.length} chunk numbers do not make ${count} chunks of ${path}.`, {
      details: { path, rank, count },
    });
  }
  for (let i = 0; i < indices.length; i++) {
    const { chunkCount } = data.dimensions[i % rank]!;
    const chunk = indices[i]!;
    if (!(chunk >= 0 && chunk < chunkCount && Number.isInteger(chunk))) {
      throw new InvalidInputError(`Chunk ${chunk} along axis ${i % rank} of ${path} is not among its ${chunkCount}.`, {
        details: { path, axis: i % rank, chunk, chunkCount },
      });
    }
  }
}

/**
 * Check that the columns are of the same length, and every reference a range of at least one byte.
 *
 * @throws InvalidInputError
 */
export function assertReferences(path: string, columns: VirtualReferences): void {
  const { offsets, lengths, locationIndex, locations } = columns;
  const count = offsets.length;
  if (lengths.length !== count || locationIndex.length !== count) {
    throw new InvalidInputError(`The columns of the references of ${path} are not of the same length.`, {
      details: { path, offsets: count, lengths: lengths.length, locationIndex: locationIndex.length },
    });
  }
  for (let i = 0; i < count; i++) {
    const offset = offsets[i]!;
    const length = lengths[i]!;
    const isRange = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length > 0;
    if (!isRange || locationIndex[i]! >= locations.length) {
      throw new InvalidInputError(
        `Reference ${i} of ${path} is not a range of bytes: offset ${offset}, length ${length}, location ${locationIndex[i]} of ${locations.length}.`,
        { details: { path, reference: i, offset, length } },
      );
    }
  }
}
