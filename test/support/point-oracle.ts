import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Affine } from "../../src/geo/affine.js";
import type { DType } from "../../src/ndarray/dtype.js";
import { dataPath, fixturePath, rootPath } from "./data-path.js";

/** What GDAL reads at one point: see `test/fixtures/points/README.md`. */
export interface OraclePoint {
  /** Longitude and latitude, or x and y in the CRS for {@link OracleScene.edge}. */
  at: readonly [number, number];
  /** null outside of the scene. */
  pixel: { row: number; col: number } | null;
  /** One a band, in the file's own type; null where GDAL's mask says nodata; empty outside of the scene. */
  values: readonly (number | null)[];
  /** As `values`, but what is stored where GDAL's mask says nodata. */
  stored: readonly number[];
}

/** One scene of the oracle that is there to be read. */
export interface OracleScene {
  set: OracleSetName;
  /** File name. */
  name: string;
  /** Absolute path of the file. */
  path: string;
  width: number;
  height: number;
  count: number;
  dtype: DType;
  crs: string;
  transform: Affine;
  nodata: number | "nan" | null;
  /** SHA-256 of each band: all pixels in C order, little-endian, in the file's own type. */
  bandSha256: readonly string[];
  random: readonly OraclePoint[];
  nearEdge: readonly OraclePoint[];
  outside: readonly OraclePoint[];
  /** In the file's CRS: exactly on pixel corners, and one double to their upper left. */
  edge: readonly OraclePoint[];
  /** NDVI at each of `random`, float32; null where red or nir is nodata. Only the set `one-grid` has it. */
  ndvi: readonly (number | null)[] | null;
}

export type OracleSetName = "one-grid" | "stacked" | "slovenia" | "openeo";

/**
 * The scenes of one set with the points at which GDAL read them: those in the checkout, and all of them where the
 * large data set is at hand.
 */
export function readPointOracle(name: OracleSetName): OracleScene[] {
  const bytes = readFileSync(fixturePath("points", "points.json.gz"));
  const oracle = JSON.parse(gunzipSync(bytes).toString("utf8")) as OracleJson;
  const set = oracle.sets.find((candidate) => candidate.name === name)!;
  return set.scenes.flatMap((scene) => {
    const path = findScene(set, scene);
    return path === null ? [] : [toScene(set.name, path, scene)];
  });
}

interface OracleJson {
  sets: SetJson[];
}

interface SetJson {
  name: OracleSetName;
  dataFolder: string;
  checkoutFolder: string;
  scenes: SceneJson[];
}

type PointKind = "random" | "nearEdge" | "outside" | "edge";
type PointJson = [number, number, number | null, number | null, ...number[]];
type SceneJson = Omit<OracleScene, "set" | "path" | "ndvi" | PointKind> & { committed: boolean } & {
  ndvi?: (number | null)[];
} & Record<PointKind, PointJson[]>;

function findScene(set: SetJson, scene: SceneJson): string | null {
  if (scene.committed) return join(rootPath, set.checkoutFolder, scene.name);
  return dataPath === null ? null : join(dataPath, set.dataFolder, scene.name);
}

function toScene(set: OracleSetName, path: string, json: SceneJson): OracleScene {
  const { committed: _, ndvi, random, nearEdge, outside, edge, ...scene } = json;
  return {
    ...scene,
    set,
    path,
    random: random.map(toPoint),
    nearEdge: nearEdge.map(toPoint),
    outside: outside.map(toPoint),
    edge: edge.map(toPoint),
    ndvi: ndvi ?? null,
  };
}

function toPoint([first, second, row, col, nodataBits = 0, ...stored]: PointJson): OraclePoint {
  return {
    at: [first, second],
    pixel: row === null || col === null ? null : { row, col },
    values: stored.map((value, band) => ((nodataBits >> band) & 1 ? null : value)),
    stored,
  };
}
