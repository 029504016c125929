import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { isNeedBytes } from "../../src/cog/header-bytes.js";
import { parseTiffHeader } from "../../src/cog/tiff-header.js";
import type { Crs } from "../../src/geo/crs.js";
import { openProjection } from "../../src/geo/projection.js";
import { fixturePath } from "../support/data-path.js";
import { buildTiff, type FieldSpec, plainImage, withFields } from "./build-tiff.js";

/** The tags that GDAL wrote for a CRS, and what it reads from them: see `make_geo_keys.py`. */
interface GeoKeysCase {
  keys: number[];
  doubles?: number[];
  ascii?: string;
  code: string | null;
  samples: [lon: number, lat: number, x: number, y: number][];
}

const oracle: Record<string, GeoKeysCase> = JSON.parse(
  gunzipSync(readFileSync(fixturePath("geo", "geo-keys.json.gz"))).toString(),
);

/** What proj4 has no projection for: the CRS is told as text, relating it to degrees is refused by name. */
const unsupported: Readonly<Record<string, string>> = {
  "+proj=eck4 +datum=WGS84": "eckert_iv",
  "+proj=wintri +datum=WGS84": "winkel_tripel",
  "+proj=natearth +datum=WGS84": "natural_earth",
  "+proj=ortho +lat_0=40 +lon_0=-100 +datum=WGS84": "orthographic on an ellipsoid",
};

/** Metres by which a projection may differ: proj4 interpolates Robinson's table otherwise than PROJ. */
const tolerances: Readonly<Record<string, number>> = { "+proj=robin +datum=WGS84": 0.1 };

function crsOf({ keys, doubles = [], ascii = "" }: GeoKeysCase): Crs | null {
  const fields: FieldSpec[] = [
    [34735, "short", keys],
    [34736, "double", doubles],
    [34737, "ascii", ascii],
  ];
  const data = buildTiff({ directories: [withFields(plainImage, ...fields)] });
  const header = parseTiffHeader({ sizeBytes: data.length, parts: [{ offset: 0, data }] });
  if (isNeedBytes(header)) throw new Error("needs more bytes");
  return header.crs;
}

describe("a CRS that GDAL wrote", () => {
  test.each(Object.entries(oracle))("is the one that GDAL reads: %s", async (name, written) => {
    const crs = crsOf(written);
    expect(crs?.code).toBe(written.code);
    const opening = openProjection(crs as Crs);
    if (name in unsupported) {
      await expect(opening).rejects.toMatchObject({
        name: "UnsupportedError",
        message: expect.stringContaining(unsupported[name] as string),
      });
      return;
    }
    const projection = await opening;
    const unit = written.samples.some(([, , x]) => Math.abs(x) > 400) ? 1e-3 : 1e-8;
    const tolerance = tolerances[name] ?? unit;
    for (const [lon, lat, x, y] of written.samples) {
      const [ourX, ourY] = projection.forward(lon, lat);
      expect(Math.hypot(ourX - x, ourY - y)).toBeLessThan(tolerance);
    }
  });
});
