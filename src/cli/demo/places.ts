import type { Dataset } from "../../cube/dataset.js";
import type { PointRow, PointSeries } from "../../cube/point-series.js";
import { LANDSAT_CLOUD } from "./landsat-quality.js";

/** Somewhere to look at through the year. */
export interface Place {
  readonly name: string;
  readonly lon: number;
  readonly lat: number;
}

/** Three ways in which a year goes by around New York, the greenest first. */
export const places = [
  { name: "Woods and fields, New Jersey", lon: -74.44, lat: 40.23 },
  { name: "Ramapo Mountains", lon: -74.18, lat: 41.15 },
  { name: "Manhattan", lon: -73.97, lat: 40.78 },
] as const satisfies readonly Place[];

export const NDVI = "(nir - red) / (nir + red)";

/**
 * Red, near infrared and NDVI at a place, in the scenes that have an image there; NDVI is masked where the quality band
 * says cloud.
 */
export async function readPlace(dataset: Dataset, { lon, lat }: Place, signal: AbortSignal): Promise<PointSeries> {
  const [bands, ndvi] = await Promise.all([
    dataset.timeseries({ lon, lat, bands: ["red", "nir", "BQA"], signal }),
    dataset.timeseries({ lon, lat, expr: NDVI, signal }),
  ]);
  const rows = bands.rows.map((row, i) => withNdvi(row, ndvi.rows[i]));
  return { ...bands, bands: ["red", "nir", "ndvi"], rows: rows.filter(({ status }) => status.red !== "nodata") };
}

function withNdvi({ time, scene, values, status }: PointRow, ndvi: PointRow | undefined): PointRow {
  const { red = null, nir = null, BQA: quality = null } = values;
  const isCloud = quality !== null && (quality & LANDSAT_CLOUD) !== 0;
  return {
    time,
    scene,
    values: { red, nir, ndvi: isCloud ? null : (ndvi?.values.expr ?? null) },
    status: {
      red: status.red ?? "uncovered",
      nir: status.nir ?? "uncovered",
      ndvi: isCloud ? "masked" : (ndvi?.status.expr ?? "uncovered"),
    },
  };
}
