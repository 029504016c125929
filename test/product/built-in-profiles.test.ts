import { describe, expect, it } from "vitest";
import { builtInProfiles } from "../../src/product/built-in-profiles.js";
import { parseProfile } from "../../src/product/parse-profile.js";
import type { BandProfile } from "../../src/product/product-profile.js";

function bandOf(product: string, set: string, name: string): BandProfile {
  const bands = builtInProfiles.find(({ id }) => id === product)?.bandSets[set] ?? [];
  const band = bands.find((each) => each.name === name);
  if (band === undefined) throw new TypeError(`${product} has no band ${name} in ${set}`);
  return band;
}

/** STAC eo extension 2.0.0, "Common Band Names": name and range in micrometres. */
const commonRanges: Record<string, readonly [low: number, high: number]> = {
  pan: [0.4, 1.0],
  coastal: [0.4, 0.45],
  blue: [0.45, 0.53],
  green: [0.51, 0.6],
  green05: [0.51, 0.55],
  yellow: [0.58, 0.62],
  red: [0.62, 0.69],
  rededge: [0.69, 0.79],
  rededge071: [0.69, 0.73],
  rededge075: [0.73, 0.76],
  rededge078: [0.76, 0.79],
  nir: [0.76, 1.0],
  nir08: [0.8, 0.9],
  nir09: [0.9, 1.0],
  cirrus: [1.35, 1.4],
  swir16: [1.55, 1.75],
  swir22: [2.08, 2.35],
  lwir: [10.4, 12.5],
  lwir11: [10.5, 11.5],
  lwir12: [11.5, 12.5],
};

describe("the built-in profiles", () => {
  it("are these, with ids of their own", () => {
    expect(builtInProfiles.map(({ id }) => id)).toEqual([
      "sentinel2_l2a",
      "sentinel2_l1c",
      "landsat_c2_l2",
      "landsat_c2_l1",
      "landsat_c1",
      "hls_l30",
      "hls_s30",
      "planet_sr",
      "modis_13q1",
      "modis_13a1",
      "modis_13a2",
      "drone",
      "generic",
    ]);
  });

  it.each(builtInProfiles.map((profile) => [profile.id, profile] as const))(
    "%s is plain JSON that the validation of users' profiles accepts unchanged",
    (_, profile) => {
      expect(parseProfile(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
    },
  );

  it("use STAC's common names, each for a band whose centre lies in that name's range", () => {
    const named = builtInProfiles.flatMap(({ id, bandSets }) =>
      Object.values(bandSets).flatMap((bands) => bands.map((band) => ({ id, ...band }))),
    );
    const strange = named.filter(({ commonName, wavelengthNm }) => {
      if (commonName === null) return false;
      const [low, high] = commonRanges[commonName] ?? [Number.POSITIVE_INFINITY, 0];
      const centre = wavelengthNm === null ? (low + high) / 2 : wavelengthNm / 1000;
      return !(centre >= low && centre <= high);
    });
    expect(strange.map(({ id, name, commonName }) => [id, name, commonName])).toEqual([]);
    expect(named.filter(({ commonName }) => commonName !== null).length).toBeGreaterThan(100);
  });
});

describe("figures of bands", () => {
  it("are those of SentiWiki for Sentinel-2", () => {
    expect(bandOf("sentinel2_l2a", "msi", "B04")).toMatchObject({
      ...{ commonName: "red", wavelengthNm: 664.6, fwhmNm: 30, resolutionM: 10, scale: 0.0001, offset: 0, nodata: 0 },
      offsetSince: { version: "04.00", date: "2022-01-25", offset: -0.1 },
    });
    expect(bandOf("sentinel2_l2a", "msi", "B8A")).toMatchObject({ wavelengthNm: 864.7, fwhmNm: 21, resolutionM: 20 });
    expect(bandOf("sentinel2_l1c", "msi", "B10")).toMatchObject({ wavelengthNm: 1373.5, fwhmNm: 29, resolutionM: 60 });
    expect(bandOf("sentinel2_l2a", "msi", "SCL")).toMatchObject({ role: "mask", resolutionM: 20, scale: 1 });
    expect(() => bandOf("sentinel2_l2a", "msi", "B10")).toThrow();
  });

  it("are USGS's for Landsat, sensor by sensor", () => {
    const reflectance = { scale: 0.0000275, offset: -0.2, nodata: 0, resolutionM: 30 };
    expect(bandOf("landsat_c2_l2", "oli_tirs", "SR_B4")).toMatchObject({ ...reflectance, commonName: "red" });
    expect(bandOf("landsat_c2_l2", "etm", "SR_B4")).toMatchObject({ ...reflectance, commonName: "nir08" });
    expect(bandOf("landsat_c2_l2", "tm", "SR_B3")).toMatchObject({ ...reflectance, commonName: "red" });
    expect(bandOf("landsat_c2_l2", "oli_tirs", "ST_B10")).toMatchObject({ scale: 0.00341802, offset: 149 });
    expect(bandOf("landsat_c2_l2", "tm", "ST_B6")).toMatchObject({
      scale: 0.00341802,
      offset: 149,
      commonName: "lwir",
    });
    expect(bandOf("landsat_c1", "oli_tirs", "B8")).toMatchObject({ commonName: "pan", resolutionM: 15 });
    expect(bandOf("landsat_c1", "oli_tirs", "B5")).toMatchObject({ wavelengthNm: 864.67, fwhmNm: 28.25 });
    expect(bandOf("landsat_c1", "tm", "B7")).toMatchObject({ wavelengthNm: 2215, fwhmNm: 270, commonName: "swir22" });
  });

  it("are those of the user guides for HLS, MODIS and Planet", () => {
    expect(bandOf("hls_l30", "l30", "B05")).toMatchObject({ commonName: "nir08", wavelengthNm: 865, nodata: -9999 });
    expect(bandOf("hls_s30", "s30", "B05")).toMatchObject({ commonName: "rededge071", resolutionM: 30 });
    expect(bandOf("hls_l30", "l30", "B10")).toMatchObject({ scale: 0.01, commonName: "lwir11" });
    expect(bandOf("hls_s30", "s30", "Fmask")).toMatchObject({ role: "mask", nodata: 255, dtype: "uint8" });
    expect(bandOf("modis_13q1", "vegetation", "NDVI")).toMatchObject({ scale: 0.0001, nodata: -3000, dtype: "int16" });
    expect(bandOf("modis_13a1", "vegetation", "pixel_reliability")).toMatchObject({ role: "mask", nodata: -1 });
    // A tile of 1111950.52 m: 4800, 2400 and 1200 pixels.
    expect(bandOf("modis_13q1", "vegetation", "NDVI").resolutionM! * 4800).toBeCloseTo(1111950.52, 1);
    expect(bandOf("modis_13a1", "vegetation", "NDVI").resolutionM! * 2400).toBeCloseTo(1111950.52, 1);
    expect(bandOf("modis_13a2", "vegetation", "NDVI").resolutionM! * 1200).toBeCloseTo(1111950.52, 1);
    expect(bandOf("planet_sr", "superdove", "rededge")).toMatchObject({ wavelengthNm: 705, fwhmNm: 15, scale: 0.0001 });
    expect(bandOf("planet_sr", "four_band", "nir")).toMatchObject({ wavelengthNm: 820, fwhmNm: 80, nodata: 0 });
  });
});
