import type { Dataset } from "../../cube/dataset.js";
import type { PointSeries } from "../../cube/point-series.js";
import { chartSvg } from "../../export/chart-svg.js";
import { toPng } from "../../export/to-png.js";
import type { NdArray } from "../../ndarray/nd-array.js";
import { enlarge, type PixelWindow, validWindow } from "./enlarge.js";
import { type Clearness, findClearest, LANDSAT_CLOUD, LANDSAT_FILL } from "./landsat-quality.js";
import { NDVI, type Place } from "./places.js";

/** The longer side of a picture, about: pixels of 3 km would be specks. */
const PICTURE_SIZE = 900;

/** Leaves the brightest roofs white and the haze black; the gamma lifts woods and water, which are dark beside them. */
const TRUE_COLOR_STRETCH = { kind: "percentile", low: 1, high: 99.5 } as const;
const TRUE_COLOR_GAMMA = 1.6;

/** NDVI from bare ground to the greenest that these top-of-atmosphere numbers show. */
const NDVI_RANGE = { kind: "range", min: 0, max: 0.65 } as const;

/** The clearest scene of the dataset. */
export interface ClearestScene extends Clearness {
  readonly id: string;
  readonly date: Date;
  /** Where it has pixels. */
  readonly window: PixelWindow;
}

/** The scene that shows the most ground by its quality band; null where none shows any. */
export async function findClearestScene(dataset: Dataset, signal: AbortSignal): Promise<ClearestScene | null> {
  const quality = await dataset.band("BQA").compute({ signal });
  const [times = 0, height = 0, width = 0] = quality.shape;
  const clearest = findClearest(quality.data, quality.status, times);
  const { time = 0 } = clearest ?? {};
  const status = quality.status?.subarray(time * width * height, (time + 1) * width * height) ?? null;
  const window = validWindow(status, width, height);
  const [id, date] = [dataset.coords.scene[time], dataset.coords.time[time]];
  if (clearest === null || window === null || id === undefined || date === undefined) return null;
  return { ...clearest, id, date, window };
}

/** A scene in its natural colours, as a PNG. */
export async function drawTrueColor(dataset: Dataset, scene: ClearestScene, signal: AbortSignal): Promise<Uint8Array> {
  const { time, window } = scene;
  const image = await dataset
    .select(["red", "green", "blue"])
    .isel({ time, ...window })
    .toArray()
    .compute({ signal });
  return drawPlanes(image, { stretch: TRUE_COLOR_STRETCH, gamma: TRUE_COLOR_GAMMA });
}

/** NDVI of a scene as a PNG, transparent under clouds and over water, where NDVI is below 0. */
export async function drawNdvi(dataset: Dataset, scene: ClearestScene, signal: AbortSignal): Promise<Uint8Array> {
  const { time, window } = scene;
  const isLand = `(BQA & ${LANDSAT_CLOUD | LANDSAT_FILL}) == 0 and nir > red`;
  const image = await dataset
    .bandmath(`where(${isLand}, ${NDVI}, nan)`)
    .isel({ time, ...window })
    .compute({ signal });
  return drawPlanes(image, { colormap: "ndvi", stretch: NDVI_RANGE });
}

/** An array of one time step, enlarged, as a PNG. A pixel is drawn where every band is valid. */
function drawPlanes({ data, status, shape, dtype }: NdArray, style: Partial<Parameters<typeof toPng>[0]>): Uint8Array {
  const [height = 0, width = 0] = shape.slice(-2);
  const factor = Math.max(1, Math.floor(PICTURE_SIZE / Math.max(width, height)));
  const pixels = width * height;
  const bands = Array.from({ length: data.length / pixels }, (_, band) =>
    enlarge(data.subarray(band * pixels, (band + 1) * pixels), width, factor, dtype),
  );
  const missing = status === null ? null : anyMissing(status, pixels);
  return toPng({
    ...style,
    width: width * factor,
    height: height * factor,
    bands,
    status: missing === null ? null : Uint8Array.from(enlarge(missing, width, factor, "uint8") as Uint8Array),
  });
}

/** The first status of a pixel that is not valid, of all its bands. */
function anyMissing(status: Uint8Array, pixels: number): Uint8Array {
  const missing = status.slice(0, pixels);
  for (let at = pixels; at < status.length; at++) missing[at % pixels] ||= status[at] ?? 0;
  return missing;
}

/** NDVI at places through the year, as an SVG. */
export function drawChart(places: readonly Place[], series: readonly PointSeries[]): string {
  return chartSvg({
    title: "A year around New York, seen by Landsat 8",
    subtitle: "NDVI of a 3 km pixel at three places in 2018; scenes that the quality band calls cloudy are left out",
    valueLabel: "NDVI",
    series: places.map(({ name }, i) => ({
      name,
      points: (series[i]?.rows ?? []).map(({ time, values, status }) => ({
        time: new Date(time),
        value: values.ndvi ?? null,
        status: status.ndvi,
      })),
    })),
  });
}
