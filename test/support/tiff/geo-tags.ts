import type { Affine } from "../../../src/geo/affine.js";
import { FieldType, type Tag } from "./tags.js";

/** A CRS by its EPSG code; a reader must know from the model whether its units are degrees. */
export interface EpsgCrs {
  epsg: number;
  model: "projected" | "geographic";
}

/** The GeoTIFF tags (OGC 19-008r4) of a grid. `transform` is always the pixel's corner; null leaves it out. */
export function geoTags(crs: EpsgCrs | null, transform: Affine | null, pixelIsPoint: boolean): Tag[] {
  return [...(transform ? transformTags(transform, pixelIsPoint) : []), ...geoKeys(crs, pixelIsPoint)];
}

function transformTags([a, b, c, d, e, f]: Affine, pixelIsPoint: boolean): Tag[] {
  const half = pixelIsPoint ? 0.5 : 0;
  const x = c + half * (a + b);
  const y = f + half * (d + e);
  if (b !== 0 || d !== 0 || a <= 0 || e >= 0) {
    const matrix = [a, b, 0, x, d, e, 0, y, 0, 0, 0, 0, 0, 0, 0, 1];
    return [{ tag: 34264, type: FieldType.DOUBLE, values: matrix }];
  }
  return [
    { tag: 33550, type: FieldType.DOUBLE, values: [a, -e, 0] },
    { tag: 33922, type: FieldType.DOUBLE, values: [0, 0, 0, x, y, 0] },
  ];
}

function geoKeys(crs: EpsgCrs | null, pixelIsPoint: boolean): Tag[] {
  if (crs === null && !pixelIsPoint) return [];
  const keys: [key: number, value: number][] = [];
  if (crs) keys.push([1024, crs.model === "projected" ? 1 : 2]);
  keys.push([1025, pixelIsPoint ? 2 : 1]);
  if (crs) keys.push([crs.model === "projected" ? 3072 : 2048, crs.epsg]);
  const entries = keys.flatMap(([key, value]) => [key, 0, 1, value]);
  return [{ tag: 34735, type: FieldType.SHORT, values: [1, 1, 0, keys.length, ...entries] }];
}

/** What GDAL keeps in its own XML tag. Arrays hold one value a band. */
export interface GdalMetadata {
  bandNames?: readonly string[];
  scale?: readonly number[];
  offset?: readonly number[];
  /** Items of the whole dataset. */
  items?: Readonly<Record<string, string>>;
}

/** The tag GDAL_METADATA (42112); none where there is nothing to say. */
export function gdalMetadataTags(metadata: GdalMetadata): Tag[] {
  const items = Object.entries(metadata.items ?? {}).map(([name, value]) => itemXml(name, "", value));
  const ofBands = (name: string, values: readonly (string | number)[] = []) =>
    values.map((value, band) => itemXml(name, ` sample="${band}" role="${name.toLowerCase()}"`, String(value)));
  items.push(...ofBands("DESCRIPTION", metadata.bandNames));
  items.push(...ofBands("OFFSET", metadata.offset), ...ofBands("SCALE", metadata.scale));
  if (items.length === 0) return [];
  return [{ tag: 42112, type: FieldType.ASCII, values: `<GDALMetadata>\n${items.join("")}</GDALMetadata>\n` }];
}

/** GDAL escapes a value before it builds the XML, which escapes it again, and undoes both when it reads. */
function itemXml(name: string, attributes: string, value: string): string {
  return `  <Item name="${escapeXml(name)}"${attributes}>${escapeXml(escapeXml(value))}</Item>\n`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
