import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { epsgCrs, parseCrs } from "../../src/geo/crs.js";
import { openProjection } from "../../src/geo/projection.js";
import { fixturePath } from "../support/data-path.js";

/** EPSG code → [lon, lat, x, y]: PROJ's numbers, made by scripts/make_epsg_table.py. */
const samples: Record<string, [lon: number, lat: number, x: number, y: number][]> = JSON.parse(
  readFileSync(fixturePath("geo", "epsg-samples.json"), "utf8"),
);

/**
 * Sampled codes more than 1 cm from PROJ, with the largest distance in metres, rounded up: PROJ chooses among shifts by
 * place, uses a grid, or has none where the sample lies in the sea.
 */
const knownDistances: Record<string, number> = {
  2137: 12,
  2398: 137,
  3200: 209,
  3399: 1,
  3835: 137,
  3910: 3,
  4254: 155,
  4267: 167,
  4298: 2,
  5514: 10,
  5675: 130,
  6986: 1,
  8428: 1,
  9273: 1,
  20358: 207,
  20936: 38,
  21817: 4,
  21892: 7,
  21893: 3,
  22770: 8,
  26592: 8,
  26711: 18,
  26721: 13,
  26731: 100,
  27200: 4,
  29849: 1,
  31467: 2,
};

/** Sampled codes whose method proj4 does not have. */
const unsupported = [6262, 6263, 6265, 6268, 6274];

async function largestDistance(code: string): Promise<{ forward: number; back: number }> {
  const projection = await openProjection(epsgCrs(Number(code)));
  let [forward, back] = [0, 0];
  for (const [lon, lat, x, y] of samples[code] ?? []) {
    const [ourX, ourY] = projection.forward(lon, lat);
    const [ourLon, ourLat] = projection.inverse(ourX, ourY);
    const metres = Math.abs(x) < 400 && Math.abs(y) < 400 ? 111_000 : 1;
    forward = Math.max(forward, Math.hypot(ourX - x, ourY - y) * metres);
    back = Math.max(back, Math.hypot(ourLon - lon, ourLat - lat) * 111_000);
  }
  return { forward, back };
}

describe("openProjection", () => {
  test("agrees with PROJ to a centimetre on a sample of EPSG codes, but for those listed", async () => {
    const distances: Record<string, number> = {};
    for (const code of Object.keys(samples)) {
      if (unsupported.includes(Number(code))) continue;
      const { forward } = await largestDistance(code);
      if (!(forward < 0.01)) distances[code] = Math.ceil(forward);
    }
    expect(distances).toEqual(knownDistances);
    expect(Object.keys(samples).length).toBeGreaterThan(400);
  });

  test("leads back to the same place to 5 cm", async () => {
    for (const code of Object.keys(samples)) {
      if (unsupported.includes(Number(code))) continue;
      expect((await largestDistance(code)).back, code).toBeLessThan(0.05);
    }
  });

  test("methods that proj4 does not have are named", async () => {
    for (const code of unsupported) {
      await expect(openProjection(epsgCrs(code))).rejects.toMatchObject({
        name: "UnsupportedError",
        message: expect.stringMatching(/col_urban|labrd/),
      });
    }
  });

  test("a code that EPSG does not have is a wrong call", async () => {
    await expect(openProjection(epsgCrs(999999))).rejects.toMatchObject({
      name: "InvalidInputError",
      message: expect.stringContaining("EPSG:999999"),
    });
  });

  test("WKT and PROJ strings project like the code they describe, x before y whatever their axes say", async () => {
    const wkt =
      'PROJCRS["north first",BASEGEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563]]],' +
      'CONVERSION["UTM zone 18N",METHOD["Transverse Mercator"],PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433]],' +
      'PARAMETER["Longitude of natural origin",-75,ANGLEUNIT["degree",0.0174532925199433]],PARAMETER["Scale factor at natural origin",0.9996],' +
      'PARAMETER["False easting",500000,LENGTHUNIT["metre",1]],PARAMETER["False northing",0,LENGTHUNIT["metre",1]]],' +
      'CS[Cartesian,2],AXIS["northing",north],AXIS["easting",east],LENGTHUNIT["metre",1]]';
    // GDAL 3.6.2: echo -73.97 40.78 | gdaltransform -s_srs EPSG:4326 -t_srs EPSG:32618 (traditional axis order)
    for (const crs of [epsgCrs(32618), parseCrs(wkt), parseCrs("+proj=utm +zone=18 +ellps=WGS84")]) {
      const [x, y] = (await openProjection(crs)).forward(-73.97, 40.78);
      expect(x).toBeCloseTo(586912.6636, 3);
      expect(y).toBeCloseTo(4514845.7241, 3);
    }
  });

  test("a vertical part changes nothing", async () => {
    const compound = await openProjection(parseCrs("EPSG:32618+5773"));
    expect(compound.forward(-75, 0)).toEqual((await openProjection(epsgCrs(32618))).forward(-75, 0));
  });

  test("a CRS of no known place on Earth is refused", async () => {
    const local = parseCrs('{"type":"EngineeringCRS","name":"site grid"}');
    await expect(openProjection(local)).rejects.toMatchObject({
      name: "UnsupportedError",
      message: expect.stringContaining("EngineeringCRS"),
    });
    await expect(openProjection({ code: null, name: "x", definition: null })).rejects.toMatchObject({
      name: "UnsupportedError",
    });
    await expect(
      openProjection(parseCrs('{"type":"ProjectedCRS","name":"a","conversion":{"method":{"name":"Eckert IV"}}}')),
    ).rejects.toMatchObject({ name: "UnsupportedError", message: expect.stringContaining('"Eckert IV"') });
  });
});
