import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { fixturePath } from "./data-path.js";

/** A file's bytes in base64, and what GDAL says of it. */
export interface HeaderCase<T> {
  file: string;
  gdal: T;
}

export interface ImageFacts {
  overviews: [number, number][];
  mask: boolean;
  overviewMasks: number;
}

export interface ColorFacts {
  colorInterpretation: string[];
  colorTable: [number, number, number, number][] | null;
}

export interface GeoreferenceFacts {
  transform: number[] | null;
  groundControlPoints: number;
  areaOrPoint: "Area" | "Point" | null;
}

/** A file with its name and the texts of the files beside it. */
export interface GeoreferenceCase extends HeaderCase<GeoreferenceFacts> {
  name: string;
  beside: Record<string, string>;
}

/** What `make_headers.py` asked GDAL. */
export interface HeaderOracle {
  images: Record<string, HeaderCase<ImageFacts>>;
  colors: Record<string, HeaderCase<ColorFacts>>;
  nodata: Record<string, HeaderCase<number | string | null>>;
  georeferences: Record<string, GeoreferenceCase>;
}

export function readHeaderOracle(): HeaderOracle {
  return JSON.parse(gunzipSync(readFileSync(fixturePath("inspect", "headers.json.gz"))).toString());
}
