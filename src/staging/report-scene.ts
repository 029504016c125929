import { type Affine, pixelSize } from "../geo/affine.js";
import { crsText } from "../geo/crs.js";
import type { DType } from "../ndarray/dtype.js";
import type { OpenScene } from "../warehouse/open-product.js";
import type { SceneTable } from "../warehouse/scene-table.js";
import type { SlotFile } from "../warehouse/slots.js";

/** What a report compares of a scene. */
export interface ReportScene {
  id: string;
  timeMs: number;
  /** Percent; null where unknown. */
  cloudCover: number | null;
  /** West, south, east, north in degrees; null without georeference. */
  bbox: readonly [number, number, number, number] | null;
  files: readonly SlotFile[];
  parts: readonly ScenePart[];
}

/** The pixels of a scene in one stack. */
export interface ScenePart {
  /** Row of the scene table. */
  row: number;
  stack: string;
  dtype: DType;
  /** Bands that the scene has there. */
  bands: readonly string[];
  crs: string | null;
  /** Width and height of a pixel in units of the CRS; null without georeference. */
  pixelSize: readonly [number, number] | null;
  /** Text equal for grids whose pixels coincide. */
  lattice: string;
  /** Text equal for one and the same grid. */
  grid: string;
}

/** A scene as a report compares it, with the scene table of its snapshot. */
export function reportScene({ id, timeMs, cloudCover, slots }: OpenScene, table: SceneTable): ReportScene {
  const parts: ScenePart[] = [];
  const files: SlotFile[] = [];
  for (const [{ stack }, { scene: row, files: own, transform, sizes }] of slots) {
    const crs = stack.crs && crsText(stack.crs);
    parts.push({
      row,
      stack: stack.name,
      dtype: stack.dtype,
      bands: stack.bands.filter((_, i) => own[stack.fileOf === "scene" ? 0 : i] != null),
      crs,
      pixelSize: transform && pixelSize(transform),
      lattice: JSON.stringify([crs, transform && latticeOf(transform)]),
      grid: JSON.stringify([crs, transform, sizes[0]]),
    });
    files.push(...own.filter((file) => file !== null));
  }
  const [first = 0] = parts.map(({ row }) => row);
  const [west = Number.NaN, south = 0, east = 0, north = 0] = table.bbox.subarray(first * 4, first * 4 + 4);
  return { id, timeMs, cloudCover, bbox: Number.isNaN(west) ? null : [west, south, east, north], files, parts };
}

/** Digits in which sizes and phases are compared: what headers round away is no other lattice. */
const DIGITS = 9;
const PHASE_DIGITS = 3;

/** Size, turn and phase of a transform's pixels. */
function latticeOf([a, b, c, d, e, f]: Affine): number[] {
  const turned = b !== 0 || d !== 0;
  const phase = (origin: number, size: number) => {
    const part = Number((((origin / size) % 1) + 1).toFixed(PHASE_DIGITS)) % 1;
    return turned ? origin : part;
  };
  return [...[a, b, d, e].map((value) => Number(value.toPrecision(DIGITS))), phase(c, a), phase(f, e)];
}
