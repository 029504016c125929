import { describe, expect, it } from "vitest";
import * as icechunk from "../src/icechunk/index.js";
import * as pixelquery from "../src/index.js";
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
      "Bounds",
      "ChartOptions",
      "ChartSeries",
      "ComputeOptions",
      "Coordinate",
      "Crs",
      "DType",
      "DatasetCoords",
      "ErrorJson",
      "ErrorName",
      "Explanation",
      "FailedFile",
      "GeoBox",
      "IngestOptions",
      "IngestProgress",
      "IngestReport",
      "IngestWarning",
      "InspectDirectoryOptions",
      "InspectFailure",
      "InspectedFile",
      "Isel",
      "LabelSlice",
      "NdArray",
      "OpenCogOptions",
      "OpenDatasetOptions",
      "PixelQueryError",
      "PngOptions",
      "PointRow",
      "PointSeries",
      "PointSeriesOptions",
      "ProductSummary",
      "RegisterProductOptions",
      "SceneInfo",
      "Sel",
      "SnapshotSummary",
      "StatusName",
      "TimeseriesOptions",
      "TypedArray",
      "WarehouseSummary",
    ]);
  });
});

describe("the public names of pixelquery/icechunk", () => {
  it("are these values", () => {
    expect(Object.keys(icechunk).sort()).toEqual([
      "MemoryStore",
      "Repository",
      "Session",
      "WritableSession",
      "createVirtualFetch",
      "createZarrStore",
      "resolveLocation",
    ]);
  });
  it("and these types", () => {
    expect(typeNames("src/icechunk/index.ts")).toEqual([
      "At",
      "ByteRange",
      "ByteStore",
      "ChunkReference",
      "CommitOptions",
      "JsonObject",
      "NodeInfo",
      "ObjectInfo",
      "ReadChunkOptions",
      "ReadOptions",
      "ReferenceColumns",
      "RepositoryOptions",
      "ResolvedLocation",
      "SnapshotInfo",
      "SplitRule",
      "StoredBytes",
      "TransactOptions",
      "TransactResult",
      "VirtualChunkContainer",
      "VirtualFetch",
      "VirtualReferences",
      "ZarrArray",
      "ZarrExtension",
      "ZarrGroup",
      "ZarrRange",
      "ZarrStore",
      "ZarrStoreOptions",
    ]);
  });
});
