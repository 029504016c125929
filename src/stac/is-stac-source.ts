/** Endings of files that hold STAC. */
const STAC_FILE = /\.(?:json|geojson|ndjson|jsonl|geojsonl|geojsons|parquet|geoparquet)$/i;
const TIFF_FILE = /\.(?:tiff?|gtiff)$/i;

/**
 * True where a source names STAC: a file with the ending of JSON, NDJSON or Parquet, or what is on the web and no TIFF. From
 * its name alone: nothing is read.
 */
export function isStacSource(source: string): boolean {
  const path = source.replace(/[?#].*$/s, "");
  if (/[*{}[\]]/.test(path)) return false;
  if (/^https?:\/\//i.test(source)) return !TIFF_FILE.test(path);
  return STAC_FILE.test(source);
}
