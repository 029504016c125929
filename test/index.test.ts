import { describe, expect, it } from "vitest";
import * as icechunk from "../src/icechunk/index.js";
import * as pixelquery from "../src/index.js";
import * as store from "../src/store/index.js";
import { readText } from "./guards/source-files.js";

/** Names that a module exports as types alone, from its text. */
function typeNames(path: string): string[] {
  const text = readText(path);
  const names: string[] = [];
  for (const [, isType, list = ""] of text.matchAll(/^export (type )?\{([^}]*)\} from/gms)) {
    for (const entry of list.split(",").map((part) => part.trim())) {
      if (entry !== "" && (isType || entry.startsWith("type "))) names.push(entry.replace(/^type /, ""));
    }
  }
  return names.sort();
}

// Who depends on these names wrote programs: take one away only in a new major version.
describe("the public names of pixelquery", () => {
  it("are these values", () => {
    expect(Object.keys(pixelquery).sort()).toEqual([
      "Catalog",
      "ConflictError",
      "CorruptDataError",
      "DataArray",
      "Dataset",
      "ExpressionError",
      "GridMismatchError",
      "InvalidInputError",
      "NotFoundError",
      "SelectionError",
      "SourceChangedError",
      "Status",
      "UnavailableError",
      "UnsupportedError",
      "catalog",
      "chartSvg",
      "concat",
      "errorFromJson",
      "errorToJson",
      "ingest",
      "inspectCog",
      "inspectDirectory",
      "isPixelQueryError",
      "openCog",
      "openDataset",
      "registerProduct",
      "statusName",
      "timeseries",
      "toCsv",
      "toPng",
    ]);
  });
  it("and these types", () => {
    expect(typeNames("src/index.ts")).toEqual([
      "Affine",
      "ArrayIsel",
      "ArraySel",
      "Bounds",
      "ChangedStack",
      "ChartOptions",
      "ChartSeries",
      "Composite",
      "CompositeMethod",
      "ComputeOptions",
      "ComputedPart",
      "Coordinate",
      "Crs",
      "DType",
      "DatasetCoords",
      "Dims",
      "ErrorJson",
      "ErrorName",
      "Explanation",
      "FailedFile",
      "GeoBox",
      "GroupedArray",
      "HistogramOptions",
      "IngestOptions",
      "IngestProgress",
      "IngestReport",
      "IngestWarning",
      "InspectDirectoryOptions",
      "InspectFailure",
      "InspectedFile",
      "Isel",
      "LabelSlice",
      "LonLatBox",
      "MaskRule",
      "NdArray",
      "OpenCogOptions",
      "OpenDatasetOptions",
      "PixelQueryError",
      "PngOptions",
      "PointRow",
      "PointSeries",
      "PointSeriesOptions",
      "ProductSummary",
      "ReduceOptions",
      "RegisterProductOptions",
      "RollingArray",
      "RollingOptions",
      "SceneInfo",
      "Sel",
      "SelOptions",
      "SnapshotSummary",
      "StatusName",
      "StretchOptions",
      "TimeLabel",
      "TimeSelector",
      "TimeSlice",
      "TimeseriesOptions",
      "TypedArray",
      "WarehouseSummary",
    ]);
  });
});

describe("the public names of pixelquery/icechunk", () => {
  it("are these values", () => {
    expect(Object.keys(icechunk).sort()).toEqual([
      "ConflictError",
      "CorruptDataError",
      "HttpStore",
      "InvalidInputError",
      "MemoryStore",
      "NotFoundError",
      "Repository",
      "Session",
      "SourceChangedError",
      "UnavailableError",
      "UnsupportedError",
      "WritableSession",
      "checkRepository",
      "createVirtualFetch",
      "createWritableZarrStore",
      "createZarrStore",
      "isImmutableKey",
      "isPixelQueryError",
      "resolveLocation",
      "withCache",
      "withConcurrencyLimit",
      "withRangeCoalescing",
      "withRetries",
    ]);
  });
  it("and these types", () => {
    expect(typeNames("src/icechunk/index.ts")).toEqual([
      "At",
      "ByteRange",
      "ByteStore",
      "CacheOptions",
      "ChunkList",
      "ChunkReference",
      "CoalescingOptions",
      "CollectOptions",
      "CollectedGarbage",
      "CommitOptions",
      "Conflict",
      "ConflictSolver",
      "ErrorName",
      "ExpireOptions",
      "ExpiredSnapshots",
      "FeatureFlag",
      "FeatureName",
      "Finding",
      "FindingKind",
      "HttpStoreOptions",
      "Json",
      "JsonObject",
      "NodeInfo",
      "ObjectInfo",
      "Operation",
      "OperationChange",
      "PixelQueryError",
      "ReadChunkOptions",
      "ReadOptions",
      "RebaseOptions",
      "ReferenceColumns",
      "ReferencedBytes",
      "RepositoryCheck",
      "RepositoryOptions",
      "RepositoryStatus",
      "ResetOptions",
      "ResolvedLocation",
      "RetryOptions",
      "SnapshotDiff",
      "SnapshotInfo",
      "SplitRule",
      "StorageFigures",
      "StoredBytes",
      "Tally",
      "TransactOptions",
      "TransactResult",
      "VirtualChunkContainer",
      "VirtualFetch",
      "VirtualReferences",
      "WritableZarrStore",
      "ZarrArray",
      "ZarrExtension",
      "ZarrGroup",
      "ZarrRange",
      "ZarrStore",
      "ZarrStoreOptions",
    ]);
  });
});

describe("the public names of pixelquery/store", () => {
  it("are these values", () => {
    expect(Object.keys(store).sort()).toEqual([
      "FileStore",
      "HttpStore",
      "InvalidInputError",
      "MemoryStore",
      "UnavailableError",
      "UnsupportedError",
      "emptyEnvironment",
      "isPixelQueryError",
      "objectName",
      "openStore",
      "parseStoreLocation",
      "storeName",
      "withCache",
      "withConcurrencyLimit",
      "withRangeCoalescing",
      "withRecording",
      "withRetries",
    ]);
  });
  it("and these types", () => {
    expect(typeNames("src/store/index.ts")).toEqual([
      "AzureOptions",
      "ByteRange",
      "ByteStore",
      "CacheOptions",
      "CoalescingOptions",
      "Environment",
      "FileStoreOptions",
      "GcsOptions",
      "HttpStoreOptions",
      "ObjectInfo",
      "OpenStoreOptions",
      "PixelQueryError",
      "ReadOptions",
      "RecordedRequest",
      "RecordingStore",
      "RetryOptions",
      "S3Options",
      "StoreLocation",
      "StoredBytes",
      "StoredObject",
    ]);
  });
});
