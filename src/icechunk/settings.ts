import { type Json, UnsupportedError } from "../errors.js";
import { isObject, type RepositoryOptions, type SplitRule, type VirtualChunkContainer } from "./config.js";
import type { JsonObject } from "./zarr-metadata.js";

/** Settings in force, out of the stored configuration and the options. */
export interface Settings {
  inlineThresholdBytes: number;
  compressionLevel: number;
  updatesPerFile: number;
  /** Number of chunks per manifest along each axis; Infinity for "not cut". */
  splitSizes(path: string, dimensionNames: readonly (string | null)[], rank: number): number[];
}

/** The official engine's defaults, except where its source says "unlimited". */
const defaults = { inlineThresholdBytes: 512, compressionLevel: 3, updatesPerFile: 1000 };

/** The configuration that {@link Repository.create} stores. */
export function toConfig(options: RepositoryOptions): JsonObject {
  const config: Record<string, Json> = {};
  if (options.inlineThresholdBytes !== undefined) {
    config.inline_chunk_threshold_bytes = options.inlineThresholdBytes;
  }
  if (options.compressionLevel !== undefined) {
    config.compression = { algorithm: "zstd", level: options.compressionLevel };
  }
  if (options.splitting) config.manifest = { splitting: { split_sizes: toSplitSizes(options.splitting) } };
  if (options.containers) config.virtual_chunk_containers = toContainerMap(options.containers);
  return config;
}

/** The settings in force. */
export function toSettings(config: JsonObject, options: RepositoryOptions): Settings {
  const splitSizes = options.splitting ? toSplitSizes(options.splitting) : storedSplitSizes(config);
  const storedLevel = isObject(config.compression) ? config.compression.level : null;
  return {
    inlineThresholdBytes:
      options.inlineThresholdBytes ?? asNumber(config.inline_chunk_threshold_bytes) ?? defaults.inlineThresholdBytes,
    compressionLevel: options.compressionLevel ?? asNumber(storedLevel) ?? defaults.compressionLevel,
    updatesPerFile: asNumber(config.num_updates_per_repo_info_file) ?? defaults.updatesPerFile,
    splitSizes: (path, dimensionNames, rank) => splitSizesOf(splitSizes, path, dimensionNames, rank),
  };
}

/** `config` with these containers instead of its own; every other key stays. */
export function withContainers(config: JsonObject, containers: readonly VirtualChunkContainer[]): JsonObject {
  return { ...config, virtual_chunk_containers: toContainerMap(containers) };
}

function toContainerMap(containers: readonly VirtualChunkContainer[]): JsonObject {
  return Object.fromEntries(
    containers.map(({ name, urlPrefix, store }) => [urlPrefix, { name, url_prefix: urlPrefix, store }]),
  );
}

/** Rules with the same path belong to one entry: the official engine stops at the first that matches. */
function toSplitSizes(rules: readonly SplitRule[]): Json[] {
  const byPath = new Map<string, Json[]>();
  for (const { path, axis, chunks } of rules) {
    const axes = byPath.get(path) ?? [];
    axes.push({ condition: { Axis: axis }, num_chunks: chunks });
    byPath.set(path, axes);
  }
  return [...byPath].map(([path, axes]) => [{ path_matches: { regex: path } }, axes]);
}

function storedSplitSizes(config: JsonObject): readonly Json[] {
  const manifest = config.manifest;
  const splitting = isObject(manifest) ? manifest.splitting : null;
  const sizes = isObject(splitting) ? splitting.split_sizes : null;
  return isList(sizes) ? sizes : [];
}

function splitSizesOf(
  rules: readonly Json[],
  path: string,
  dimensionNames: readonly (string | null)[],
  rank: number,
): number[] {
  const rule = rules.find((candidate) => isList(candidate) && matchesNode(candidate[0] ?? null, path));
  const axes = isList(rule) && isList(rule[1] ?? null) ? (rule[1] as readonly Json[]) : [];
  return Array.from({ length: rank }, (_, axis) => {
    const match = axes.find(
      (entry) => isObject(entry) && matchesAxis(entry.condition ?? null, axis, dimensionNames[axis] ?? null),
    );
    const chunks = isObject(match) ? asNumber(match.num_chunks) : null;
    return chunks !== null && chunks > 0 ? chunks : Number.POSITIVE_INFINITY;
  });
}

function matchesNode(condition: Json, path: string): boolean {
  if (condition === "any_array") return true;
  if (!isObject(condition)) throw unknownCondition(condition);
  const { or, and, path_matches, name_matches } = condition;
  if (isList(or)) return or.some((part) => matchesNode(part, path));
  if (isList(and)) return and.every((part) => matchesNode(part, path));
  if (isObject(path_matches)) return toRegex(path_matches.regex).test(path);
  if (isObject(name_matches)) return toRegex(name_matches.regex).test(path.slice(path.lastIndexOf("/") + 1));
  throw unknownCondition(condition);
}

function matchesAxis(condition: Json, axis: number, dimensionName: string | null): boolean {
  if (condition === "Any") return true;
  if (!isObject(condition)) throw unknownCondition(condition);
  if ("Axis" in condition) return condition.Axis === axis;
  if ("DimensionName" in condition) return condition.DimensionName === dimensionName;
  throw unknownCondition(condition);
}

function toRegex(pattern: Json | undefined): RegExp {
  try {
    return new RegExp(String(pattern), "u");
  } catch (cause) {
    throw new UnsupportedError(
      `The repository splits manifests by the pattern ${JSON.stringify(pattern)}, which JavaScript does not have.`,
      { cause },
    );
  }
}

function unknownCondition(condition: Json): UnsupportedError {
  return new UnsupportedError(
    `The repository splits manifests by a condition that this version does not know: ${JSON.stringify(condition)}.`,
  );
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function asNumber(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}
