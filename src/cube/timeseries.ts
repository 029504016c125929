import { selectScenes } from "../warehouse/select-scenes.js";
import { openWarehouse } from "../warehouse/warehouse.js";
import { type PointSeries, type PointSeriesOptions, pointSeries } from "./point-series.js";
import { createScope } from "./scope.js";
import { parseTimeRange } from "./time-range.js";

export interface TimeseriesOptions extends PointSeriesOptions {
  productId?: string;
  /** As in `openDataset`. */
  timeRange?: string | readonly [start: string, end: string];
  /** Snapshot id, tag, branch or ISO time. Default: the newest snapshot. */
  at?: string;
}

/**
 * What was at a longitude and latitude, in every scene of a warehouse that covers it.
 *
 * Reads only the blocks that hold the point, and of each only the rows down to it.
 *
 * @throws NotFoundError where there is no such warehouse, snapshot or product.
 * @throws SelectionError for a band, ExpressionError for band math that is not there.
 * @throws SourceChangedError, CorruptDataError naming the file, unless `onReadError` is `mark`.
 *
 * @example
 * const series = await timeseries("./warehouse", { lon: 127.05, lat: 37.55, expr: "(nir - red) / (nir + red)" });
 */
export async function timeseries(location: string, options: TimeseriesOptions): Promise<PointSeries> {
  const warehouse = await openWarehouse(location, { at: options.at });
  const scenes = selectScenes(warehouse, {
    productId: options.productId,
    timeMs: options.timeRange === undefined ? undefined : parseTimeRange(options.timeRange),
    bbox: [options.lon, options.lat, options.lon, options.lat],
  });
  return pointSeries(await createScope(warehouse, scenes), options);
}
