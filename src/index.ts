export type { InspectedFile } from "./cog/inspect.js";
export type { CloudMask } from "./cube/cloud-rules.js";
export type { ComputedPart, ComputeOptions, Explanation } from "./cube/compute-array.js";
export { concat } from "./cube/concat.js";
export { DataArray, type Dims } from "./cube/data-array.js";
export { type Composite, Dataset, type DatasetCoords } from "./cube/dataset.js";
export type { GroupedArray } from "./cube/grouped-array.js";
export { type Bounds, type OpenDatasetOptions, openDataset } from "./cube/open-dataset.js";
export type { LabelSlice, LonLatBox } from "./cube/pixel-labels.js";
export type { PointRow, PointSeries, PointSeriesOptions } from "./cube/point-series.js";
export type { RollingArray } from "./cube/rolling-array.js";
export type { Isel, Sel } from "./cube/slice.js";
export type { TimeLabel, TimeSelector, TimeSlice } from "./cube/time-select.js";
export { type TimeseriesOptions, timeseries } from "./cube/timeseries.js";
export type { CompositeMethod } from "./cube/verbs/composite.js";
export type { HistogramOptions } from "./cube/verbs/histogram.js";
export type { ReduceOptions } from "./cube/verbs/reduce.js";
export type { ArrayIsel, ArraySel, SelOptions } from "./cube/verbs/select.js";
export type { StretchOptions } from "./cube/verbs/stretch.js";
export type { RollingOptions } from "./cube/verbs/window.js";
export {
  ConflictError,
  CorruptDataError,
  type ErrorJson,
  type ErrorName,
  ExpressionError,
  errorFromJson,
  errorToJson,
  GridMismatchError,
  InvalidInputError,
  isPixelQueryError,
  NotFoundError,
  type PixelQueryError,
  SelectionError,
  SourceChangedError,
  UnavailableError,
  UnsupportedError,
} from "./errors.js";
export { type ChartOptions, type ChartSeries, chartSvg } from "./export/chart-svg.js";
export { toCsv } from "./export/to-csv.js";
export { type PngOptions, toPng } from "./export/to-png.js";
export type { Affine } from "./geo/affine.js";
export type { Crs } from "./geo/crs.js";
export type { GeoBox } from "./geo/geo-box.js";
export { ingest } from "./ingest/ingest.js";
export type { IngestOptions, IngestProgress } from "./ingest/ingest-options.js";
export type { FailedFile, IngestWarning } from "./ingest/ingest-problem.js";
export type { IngestReport } from "./ingest/ingest-report.js";
export {
  type InspectDirectoryOptions,
  type InspectFailure,
  inspectCog,
  inspectDirectory,
} from "./ingest/inspect.js";
export {
  type RegisteredProduct,
  type RegisterOptions,
  type RegisterProductOptions,
  registerProduct,
} from "./ingest/products/register-product.js";
export { type WatchOptions, type WatchReport, watchIngest } from "./ingest/watch.js";
export type { MaskRule } from "./mask-rule.js";
export type { DType, TypedArray } from "./ndarray/dtype.js";
export type { Coordinate, NdArray } from "./ndarray/nd-array.js";
export { Status, type StatusName, statusName } from "./ndarray/status.js";
export { type OpenCogOptions, openCog } from "./open-cog.js";
export type { BandProfileInput, NamingRuleInput, OffsetSince, ProductProfileInput } from "./product/product-profile.js";
export type { StacGeometry, StacItem, StacItemAsset } from "./stac/stac-item.js";
export { type StacItemsOptions, stacItems } from "./stac/stac-items.js";
export { toStacGeoparquet } from "./stac/to-stac-geoparquet.js";
export { type BranchInfo, branches, deleteBranch } from "./staging/branches.js";
export type { LeftOutFile } from "./staging/changes.js";
export type { BandValues, StagedBand } from "./staging/compare-bands.js";
export type { CloudCover, StagedDates, StagedGrid } from "./staging/compare-scenes.js";
export type { DuplicateScene } from "./staging/duplicates.js";
export { type MergedProduct, type MergeOptions, type MergeReport, merge } from "./staging/merge.js";
export type { OddScene } from "./staging/odd-scenes.js";
export {
  type StagedProduct,
  type StagedReport,
  type StagedReportOptions,
  type StagedStack,
  stagedReport,
} from "./staging/staged-report.js";
export type { ChangedStack } from "./warehouse/append.js";
export {
  Catalog,
  catalog,
  type ProductSummary,
  type SceneInfo,
  type SnapshotSummary,
  type WarehouseSummary,
} from "./warehouse/catalog.js";
export type { BandFacts, ProductBand } from "./warehouse/product.js";
