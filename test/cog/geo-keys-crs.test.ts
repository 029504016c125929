import { describe, expect, test } from "vitest";
import type { GeoKeys } from "../../src/cog/geo-keys.js";
import { crsFromGeoKeys } from "../../src/cog/geo-keys-crs.js";
import type { Crs } from "../../src/geo/crs.js";
import { openProjection } from "../../src/geo/projection.js";

const keys = (entries: Record<number, number | string | number[]>): GeoKeys =>
  new Map(Object.entries(entries).map(([key, value]) => [Number(key), typeof value === "number" ? [value] : value]));

async function forward(crs: Crs | null, lon: number, lat: number): Promise<[number, number]> {
  const [x, y] = (await openProjection(crs as Crs)).forward(lon, lat);
  return [Math.round(x * 1000) / 1000, Math.round(y * 1000) / 1000];
}

// Ellipsoid WGS 84, user-defined datum: the base of the user-defined CRSs below.
const wgs84Ellipsoid = { 2048: 32767, 2057: 6378137, 2059: 298.257223563 };

describe("crsFromGeoKeys", () => {
  test("a code wins over the parameters beside it", () => {
    expect(
      crsFromGeoKeys(keys({ 1024: 1, 3072: 27563, 3075: 9, 3081: 49, 3073: "NTF (Paris) / Lambert Sud France" })),
    ).toEqual({
      code: "EPSG:27563",
      name: "NTF (Paris) / Lambert Sud France",
      definition: null,
    });
    expect(crsFromGeoKeys(keys({ 1024: 2, 2048: 4326 }))?.code).toBe("EPSG:4326");
    expect(crsFromGeoKeys(keys({ 1024: 2, 2048: 4326, 4096: 4979 }))?.code).toBe("EPSG:4979");
    expect(crsFromGeoKeys(keys({ 1024: 1, 3072: 32631, 4096: 5773 }))?.code).toBe("EPSG:32631+5773");
    expect(crsFromGeoKeys(keys({ 1024: 1, 3072: 32631, 4096: 32767 }))?.code).toBe("EPSG:32631");
  });

  test("a UTM zone on a known geographic CRS is a code", () => {
    expect(crsFromGeoKeys(keys({ 1024: 1, 3072: 32767, 2048: 4326, 3074: 16018 }))?.code).toBe("EPSG:32618");
    expect(crsFromGeoKeys(keys({ 1024: 1, 3072: 32767, 2048: 4326, 3074: 16133 }))?.code).toBe("EPSG:32733");
    expect(crsFromGeoKeys(keys({ 1024: 1, 3072: 32767, 2048: 4269, 3074: 16016 }))?.code).toBe("EPSG:26916");
  });

  test("no keys, keys without a meaning and impossible ellipsoids are no CRS", () => {
    expect(crsFromGeoKeys(new Map())).toBeNull();
    expect(crsFromGeoKeys(keys({ 1025: 1 }))).toBeNull();
    expect(crsFromGeoKeys(keys({ 1024: 1, 3072: 32767, 3075: 1, 2048: 32767, 2057: -1, 2059: 300 }))).toBeNull();
    expect(crsFromGeoKeys(keys({ 1024: 1, 3072: 32767, 3075: 999, ...wgs84Ellipsoid }))).toBeNull();
  });

  // Expected numbers below: gdaltransform 3.6.2 from EPSG:4326 to the PROJ string named beside each.
  test("user-defined projections of every family project as GDAL does", async () => {
    const user = { 1024: 1, 3072: 32767, 3074: 32767, 3076: 9001, ...wgs84Ellipsoid };
    // +proj=tmerc +lat_0=52 +lon_0=13 +k=0.9999 +x_0=40000 +y_0=10000 +ellps=WGS84
    const tmerc = { ...user, 3075: 1, 3080: 13, 3081: 52, 3082: 40000, 3083: 10000, 3092: 0.9999 };
    expect(await forward(crsFromGeoKeys(keys(tmerc)), 13.5, 52.5)).toEqual([73951.61, 65748.015]);
    // +proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +ellps=WGS84
    const polar = { ...user, 3075: 15, 3081: 70, 3095: -45, 3082: 0, 3083: 0, 3092: 1 };
    expect(await forward(crsFromGeoKeys(keys(polar)), -40, 75)).toEqual([142401.981, -1627662.093]);
    // +proj=aea +lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +ellps=WGS84
    const albers = { ...user, 3075: 11, 3078: 29.5, 3079: 45.5, 3080: -96, 3081: 23 };
    expect(await forward(crsFromGeoKeys(keys(albers)), -90, 40)).toEqual([507398.537, 1903000.402]);
    // +proj=lcc +lat_1=33 +lat_2=45 +lat_0=23 +lon_0=-96 +x_0=304800.6096012192 +ellps=WGS84 +units=us-ft
    const lambertFeet = {
      ...user,
      3076: 9003,
      3075: 8,
      3078: 33,
      3079: 45,
      3084: -96,
      3085: 23,
      3086: 1000000,
      3087: 0,
    };
    expect(await forward(crsFromGeoKeys(keys(lambertFeet)), -90, 40)).toEqual([2670797.26, 6279308.179]);
    // +proj=sinu +lon_0=0 +R=6371007.181 (MODIS)
    const modis = {
      1024: 1,
      3072: 32767,
      3074: 32767,
      3075: 24,
      3076: 9001,
      3088: 0,
      2048: 32767,
      2057: 6371007.181,
      2058: 6371007.181,
    };
    expect(await forward(crsFromGeoKeys(keys(modis)), 20, 40)).toEqual([1703607.033, 4447802.079]);
  });

  test("a shift to WGS 84 is kept and applied", async () => {
    // +proj=longlat +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7
    const crs = crsFromGeoKeys(
      keys({
        1024: 2,
        2048: 32767,
        2057: 6377397.155,
        2059: 299.1528128,
        2062: [598.1, 73.7, 418.2, 0.202, 0.045, -2.455, 6.7],
      }),
    );
    const [lon, lat] = (await openProjection(crs as Crs)).forward(9.5, 50.5);
    expect(lon).toBeCloseTo(9.501117995155873, 8);
    expect(lat).toBeCloseTo(50.5012022864123, 8);
  });

  test("an ESRI PE string is the definition", async () => {
    const wkt =
      'PROJCS["mine",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],' +
      'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",40000.0],PARAMETER["False_Northing",10000.0],' +
      'PARAMETER["Central_Meridian",13.0],PARAMETER["Scale_Factor",0.9999],PARAMETER["Latitude_Of_Origin",52.0],UNIT["Meter",1.0]]';
    const crs = crsFromGeoKeys(keys({ 1024: 1, 1026: `ESRI PE String = ${wkt}`, 3072: 32767 }));
    expect(crs).toEqual({ code: null, name: "mine", definition: wkt });
    expect(await forward(crs, 13.5, 52.5)).toEqual([73951.61, 65748.015]);
  });

  test("a code in another unit than its own is user-defined", () => {
    const definition = crsFromGeoKeys(keys({ 1024: 1, 3072: 32145, 3076: 9003 }))?.definition;
    expect(definition).toContain("+to_meter=0.304800609601219");
    expect(crsFromGeoKeys(keys({ 1024: 1, 3072: 2263, 3076: 9003 }))?.code).toBe("EPSG:2263");
  });

  test("equal keys give equal text", () => {
    const entries = { 1024: 1, 3072: 32767, 3075: 1, 3080: 13, 3081: 52, ...wgs84Ellipsoid };
    expect(crsFromGeoKeys(keys(entries))).toEqual(crsFromGeoKeys(keys(entries)));
  });
});
