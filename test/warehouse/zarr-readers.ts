import { createHash } from "node:crypto";
import * as zarr from "zarrita";
import type { TypedArray } from "../../src/ndarray/dtype.js";
import type { OfficialEngine } from "../icechunk/oracle/official-engine.js";

/** A store of keys such as `/zarr.json`, for zarrita. */
export type Readable = zarr.AsyncReadable;

type OfficialRepository = Awaited<ReturnType<OfficialEngine["Repository"]["open"]>>;

/** The newest snapshot as the official engine serves it. */
export async function readableOf(repository: OfficialRepository): Promise<Readable> {
  const { store } = await repository.readonlySession({ branch: "main" });
  return {
    async get(key: string) {
      const bytes = await store.get(key.slice(1)).catch((error: unknown) => {
        if (/not found/i.test(String(error))) return null;
        throw error;
      });
      return bytes ? new Uint8Array(bytes) : undefined;
    },
  };
}

export const openArray = (store: Readable, path: string) =>
  zarr.open.v3(zarr.root(store).resolve(path), { kind: "array" });

export const openGroup = (store: Readable, path: string) =>
  zarr.open.v3(zarr.root(store).resolve(path), { kind: "group" });

/** All values of an array, the last axis running fastest. */
export async function readAll(store: Readable, path: string): Promise<TypedArray | string[]> {
  const { data, shape, stride } = await zarr.get(await openArray(store, path));
  return Array.isArray(data) ? (data as string[]) : inCOrder(data as TypedArray, shape, stride);
}

/** The same values with the last axis running fastest: zarrita answers in the order of the array's `transpose`. */
export function inCOrder(data: TypedArray, shape: readonly number[], stride: readonly number[]): TypedArray {
  const out = data.slice();
  for (let i = 0; i < out.length; i++) {
    let [at, rest] = [0, i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]!) * stride[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    out[i] = data[at] as never;
  }
  return out;
}

export const sha256 = (values: TypedArray) =>
  createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");

/** SHA-256 of each band of each slot of a stack, by the last part of the slot's source. */
export async function hashBands(store: Readable, stack: string): Promise<Map<string, string[]>> {
  const pixels = await openArray(store, `${stack}/0`);
  const names = (await readAll(store, `${stack}/slot_source`)) as string[];
  const hashes = new Map<string, string[]>();
  for (const [slot, source] of names.entries()) {
    const { data, shape, stride } = await zarr.get(pixels, [zarr.slice(slot, slot + 1), null, null, null]);
    const values = inCOrder(data as TypedArray, shape, stride);
    const [, bands = 0, rows = 0, cols = 0] = shape;
    const plane = (band: number) => values.slice(band * rows * cols, (band + 1) * rows * cols);
    const name = decodeURIComponent(source.slice(source.lastIndexOf("/") + 1));
    hashes.set(
      name,
      Array.from({ length: bands }, (_, band) => sha256(plane(band))),
    );
  }
  return hashes;
}
