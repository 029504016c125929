import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import * as zarr from "zarrita";
import { createVirtualFetch, createZarrStore } from "../../src/icechunk/index.js";
import { ingest } from "../../src/index.js";
import { openRepository, openWarehouseStore } from "../../src/warehouse/open-repository.js";
import { openSourceStores } from "../../src/warehouse/sources.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { registerOddCodecs } from "./odd-codecs.js";
import { registerPublishedCodecs } from "./published-codecs.js";

registerPublishedCodecs();
registerOddCodecs();

/** See make_odd_tiffs.py beside the fixture: small files, and the pixels that GDAL reads from them. */
const all: { name: string; tiff: string; dtype: string; bands: number; pixels: string }[] = JSON.parse(
  readFileSync(new URL("../fixtures/codec/odd/odd-tiffs.json", import.meta.url), "utf8"),
);
/** zarrita has no float16, and no xz; CIELAB's last digit depends on how it is rounded on the way. */
const cases = all.filter(({ name }) => !/^16-bit|xz|^CIELAB( under D65)?$/.test(name));

type Values = ArrayLike<number> & { BYTES_PER_ELEMENT: number };

describe("a reader written from the format page alone", () => {
  let root: zarr.Location<zarr.AsyncReadable>;
  const places = new Map<string, { stack: string; slot: number }>();
  const temp = createSharedTempDir();

  beforeAll(async () => {
    mkdirSync(`${temp}/files`);
    cases.forEach(({ tiff }, i) => {
      writeFileSync(`${temp}/files/case${String(i).padStart(3, "0")}.tif`, Buffer.from(tiff, "base64"));
    });
    const { failed } = await ingest(`${temp}/files`, { warehouse: `${temp}/w`, productId: "odd" });
    expect(failed).toEqual([]);
    const repository = await openRepository(openWarehouseStore(`${temp}/w`));
    const { containers, storeOf } = await openSourceStores(repository);
    const fetchVirtual = createVirtualFetch(containers, storeOf);
    root = zarr.root(createZarrStore(await repository.session(), { fetchVirtual }));
    const { attrs } = await zarr.open.v3(root.resolve("/scenes"), { kind: "group" });
    for (const stack of (attrs.pixelquery as { stacks: string[] }).stacks) {
      const sources = await zarr.get(await zarr.open.v3(root.resolve(`${stack}/slot_source`), { kind: "array" }));
      (sources.data as string[]).forEach((source, slot) => {
        places.set(source.slice(-"case000.tif".length, -".tif".length), { stack, slot });
      });
    }
  });

  it.each(cases.map((c, i) => [c.name, i, c] as const))("sees GDAL's pixels: %s", async (_, i, { bands, pixels }) => {
    const { stack, slot } = places.get(`case${String(i).padStart(3, "0")}`)!;
    const array = await zarr.open.v3(root.resolve(`${stack}/0`), { kind: "array" });
    const { data, shape, stride } = await zarr.get(array, [slot, null, null, null]);
    expect(shape).toEqual([bands, 5, 13]);
    const values = data as unknown as Values;
    const ordered = Array.from({ length: bands * 65 }, (__, at) => {
      const index = [Math.floor(at / 65), Math.floor(at / 13) % 5, at % 13];
      return values[index.reduce((sum, position, axis) => sum + position * stride[axis]!, 0)]!;
    });
    const Words = data.constructor as unknown as { new (buffer: ArrayBuffer): Values };
    expect(ordered).toEqual(Array.from(new Words(Uint8Array.from(Buffer.from(pixels, "base64")).buffer)));
  });
});
