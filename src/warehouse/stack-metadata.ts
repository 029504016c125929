import { CorruptDataError } from "../errors.js";
import type { Affine } from "../geo/affine.js";
import type { Crs } from "../geo/crs.js";
import { pixelCentreAxes } from "../geo/geo-box.js";
import type { NodeInfo, Session, WritableSession, ZarrArray, ZarrGroup } from "../icechunk/index.js";
import { type DType, isFloat } from "../ndarray/dtype.js";
import { codecsOf, encodingOf } from "./codec-metadata.js";
import { type ColumnSpec, type ColumnValues, writeRows } from "./columns.js";
import { type Attributes, gridAttributes, gridMappingAttributes } from "./geozarr.js";
import { levelPath, maskPath, OWN_ATTRIBUTE } from "./layout.js";
import { maskBands, type Stack, type StackLevel } from "./stack.js";

/** What of a stack only its own attribute says; the rest is read from the arrays' metadata. */
type OwnStackAttributes = {
  kind: "exact" | "free";
  /** Absent where a file holds all bands. */
  fileOf?: "band";
  crs: Crs | null;
  transform: Affine | null;
  bands: string[];
  nodata: number | string | null;
  scale: number[];
  offset: number[];
  colorInterpretation?: string[];
  colorTable?: number[][];
  layouts: ("tiled" | "striped")[];
  /** Layouts of the masks, one a level; absent where there are none. */
  maskLayouts?: ("tiled" | "striped")[];
};

const BAND_COLUMN: ColumnSpec = { name: "band", type: "string", rowShape: [], dimensions: ["band"] };

/**
 * Stage a stack's group, pixel arrays and coordinates.
 *
 * Safe to call for a stack that exists: it then only grows the pixel arrays to `stack.slots` time steps, to the bands that
 * came to it, and, in a free stack, to its largest file.
 */
export async function writeStack(session: WritableSession, stack: Stack): Promise<void> {
  const isNew = session.node(stack.path) === null;
  session.setGroup(stack.path, stackAttributes(stack));
  stack.levels.forEach((level, index) => {
    session.setArray(levelPath(stack.path, index), pixelArrayMetadata(stack, level, index));
  });
  stack.masks.forEach((mask, index) => {
    session.setArray(maskPath(stack.path, index), maskArrayMetadata(stack, mask, index));
  });
  const bands = session.node(`${stack.path}/${BAND_COLUMN.name}`);
  if (bands?.zarr.node_type !== "array" || bands.zarr.shape[0] !== stack.bands.length) {
    await writeCoordinate(session, stack.path, BAND_COLUMN, [...stack.bands]);
  }
  if (!isNew) return;
  if (stack.crs !== null) writeGridMapping(session, stack, stack.crs);
  await writePixelCentres(session, stack);
}

function stackAttributes(stack: Stack): Attributes {
  const { kind, crs, transform, bands, nodata, scale, offset, colorTable, levels, masks } = stack;
  const own = {
    kind,
    ...(stack.fileOf === "scene" ? {} : { fileOf: stack.fileOf }),
    crs: crs && { ...crs },
    transform: transform && [...transform],
    bands: [...bands],
    nodata,
    scale: [...scale],
    offset: [...offset],
    colorInterpretation: [...stack.colorInterpretation],
    ...(colorTable === null ? {} : { colorTable: colorTable.map((color) => [...color]) }),
    layouts: levels.map((level) => level.layout),
    ...(masks.length === 0 ? {} : { maskLayouts: masks.map((mask) => mask.layout) }),
  };
  const assets = levels.map(({ width, height }, index) => ({ asset: `${index}`, width, height }));
  return { ...gridAttributes(crs, transform, assets), [OWN_ATTRIBUTE]: { stack: own } };
}

function pixelArrayMetadata(stack: Stack, level: StackLevel, index: number): ZarrArray {
  const samples = level.planes === 1 ? stack.bands.length : 1;
  return {
    ...blockArray(level, [stack.slots, stack.bands.length], samples),
    data_type: stack.dtype,
    fill_value: fillValue(stack.dtype, stack.nodata),
    dimension_names: ["time", "band", ...spatialDimensions(index)],
    attributes: pixelAttributes(stack),
  };
}

/** A block of a mask that the file leaves out says, as zeros do, that its pixels are missing. */
function maskArrayMetadata(stack: Stack, mask: StackLevel, index: number): ZarrArray {
  const count = maskBands(mask);
  const attributes: Attributes = {
    long_name: `0 where the pixel is missing in ${count === 1 ? "all bands" : "its band"}`,
  };
  if (stack.crs !== null) attributes.grid_mapping = "spatial_ref";
  return {
    ...blockArray(mask, [stack.slots, count], mask.encoding.samples),
    data_type: "uint8",
    fill_value: 0,
    dimension_names: ["time", "mask_band", ...spatialDimensions(index)],
    attributes,
  };
}

/** What all arrays have in common whose chunks are blocks of files. */
function blockArray({ width, height, layout, encoding }: StackLevel, outer: readonly number[], samples: number) {
  const chunkShape = [1, samples, encoding.rows, encoding.cols];
  return {
    zarr_format: 3,
    node_type: "array",
    shape: [...outer, height, width],
    chunk_grid: { name: "regular", configuration: { chunk_shape: chunkShape } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    codecs: codecsOf(encoding, layout === "striped"),
  } as const;
}

function spatialDimensions(level: number): [y: string, x: string] {
  return level === 0 ? ["y", "x"] : [`y_${level}`, `x_${level}`];
}

/** The value of a pixel no block holds: the declared nodata where the type can hold it, else zero. */
function fillValue(dtype: DType, nodata: Stack["nodata"]): number | string {
  if (nodata === null) return 0;
  if (nodata === "nan") return isFloat(dtype) ? "NaN" : 0;
  const value = Number(nodata);
  if (isFloat(dtype)) return Number.isFinite(value) ? value : value > 0 ? "Infinity" : "-Infinity";
  return fitsInteger(dtype, value) ? value : 0;
}

function fitsInteger(dtype: DType, value: number): boolean {
  if (!Number.isSafeInteger(value)) return false;
  const bits = Number(dtype.replace(/\D/g, ""));
  return dtype.startsWith("u")
    ? value >= 0 && value < 2 ** bits
    : value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1);
}

function pixelAttributes(stack: Stack): Attributes {
  const attributes: Attributes = {};
  if (stack.crs !== null) attributes.grid_mapping = "spatial_ref";
  if (stack.nodata !== null) attributes._FillValue = encodedFillValue(stack.dtype, stack.nodata);
  const [scale = 1] = stack.scale;
  const [offset = 0] = stack.offset;
  // CF knows one pair for a whole array; where bands differ, only our own attribute can say so.
  const same = stack.scale.every((value) => value === scale) && stack.offset.every((value) => value === offset);
  if (same && (scale !== 1 || offset !== 0)) Object.assign(attributes, { scale_factor: scale, add_offset: offset });
  return attributes;
}

/** xarray's form of `_FillValue` in Zarr v3: integers as numbers, floats as base64 of the little-endian double. */
function encodedFillValue(dtype: DType, nodata: number | string): number | string {
  const value = nodata === "nan" ? Number.NaN : Number(nodata);
  if (!isFloat(dtype)) return value;
  const bytes = new Uint8Array(new Float64Array([value]).buffer);
  return btoa(String.fromCharCode(...bytes));
}

function writeGridMapping(session: WritableSession, stack: Stack, crs: Crs): void {
  const path = `${stack.path}/spatial_ref`;
  session.setArray(path, {
    zarr_format: 3,
    node_type: "array",
    shape: [],
    data_type: "int64",
    chunk_grid: { name: "regular", configuration: { chunk_shape: [] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: 0,
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
    dimension_names: [],
    attributes: gridMappingAttributes(crs, stack.transform),
  });
}

/** A longer side gets no coordinates: a header of a hundred bytes may claim two thousand million pixels. */
const MAX_COORDINATES = 2 ** 21;

/**
 * Coordinates y and x of an exact stack; a rotated grid has none, and neither has a free stack, nor a grid with a side of
 * more than 2^21 pixels.
 */
async function writePixelCentres(session: WritableSession, { path, crs, transform, levels }: Stack): Promise<void> {
  const [full] = levels;
  if (transform === null || full === undefined || Math.max(full.width, full.height) > MAX_COORDINATES) return;
  const centres = pixelCentreAxes(transform, full.width, full.height);
  if (centres === null) return;
  const geographic = crs?.code === "EPSG:4326";
  await writeCoordinate(session, path, axis("x", geographic ? "longitude" : "projection_x_coordinate", "X"), centres.x);
  await writeCoordinate(session, path, axis("y", geographic ? "latitude" : "projection_y_coordinate", "Y"), centres.y);
}

function axis(name: string, standardName: string, letter: string): ColumnSpec {
  const attributes = { standard_name: standardName, axis: letter };
  return { name, type: "float64", rowShape: [], dimensions: [name], attributes };
}

async function writeCoordinate(
  session: WritableSession,
  group: string,
  spec: ColumnSpec,
  values: ColumnValues,
): Promise<void> {
  const rows = Int32Array.from({ length: values.length }, (_, row) => row);
  await writeRows(session, group, [{ spec, values }], rows, 0);
}

/**
 * The stack whose group is at `path`, from metadata alone.
 *
 * @throws CorruptDataError where the group is no stack, or its arrays do not fit its attributes.
 */
export function readStack(session: Session, path: string): Stack {
  const group = session.node(path);
  const own = group?.zarr.node_type === "group" ? ownAttributes(group.zarr) : undefined;
  if (own === undefined) throw new CorruptDataError(`${path}: no stack in this warehouse`, { details: { path } });
  const arrays = own.layouts.map((_, index) => arrayNode(session, levelPath(path, index)));
  const maskLayouts = own.maskLayouts ?? [];
  const [full] = arrays;
  if (full === undefined) throw new CorruptDataError(`${path}: a stack without pixels`, { details: { path } });
  const [, productId = "", name = ""] = path.split("/");
  return {
    path,
    productId,
    name,
    kind: own.kind,
    crs: own.crs,
    transform: own.transform,
    dtype: full.data_type as DType,
    fileOf: own.fileOf ?? "scene",
    bands: own.bands,
    nodata: own.nodata,
    scale: own.scale,
    offset: own.offset,
    colorInterpretation: own.colorInterpretation ?? [],
    colorTable: own.colorTable ?? null,
    levels: arrays.map((zarr, index) => readLevel(levelPath(path, index), zarr, own.layouts[index] ?? "tiled")),
    masks: maskLayouts.map((layout, index) =>
      readLevel(maskPath(path, index), arrayNode(session, maskPath(path, index)), layout),
    ),
    slots: full.shape[0] ?? 0,
  };
}

function readLevel(path: string, zarr: ZarrArray, layout: StackLevel["layout"]): StackLevel {
  const [, bands = 0, height = 0, width = 0] = zarr.shape;
  const chunkShape = zarr.chunk_grid.configuration.chunk_shape;
  const encoding = encodingOf(path, zarr.data_type as DType, chunkShape, zarr.codecs);
  return { width, height, layout, encoding, planes: encoding.samples === bands ? 1 : bands };
}

function ownAttributes(zarr: ZarrGroup): OwnStackAttributes | undefined {
  const own = zarr.attributes?.[OWN_ATTRIBUTE] as { stack?: OwnStackAttributes } | undefined;
  return own?.stack;
}

function arrayNode(session: Session, path: string): ZarrArray {
  const node: NodeInfo | null = session.node(path);
  if (node?.zarr.node_type !== "array") throw new CorruptDataError(`${path}: no such array`, { details: { path } });
  return node.zarr;
}
