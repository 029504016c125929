import type { CogInfo } from "../../cog/cog-info.js";
import { nodataJson } from "../../cog/inspect.js";
import { pixelSize } from "../../geo/affine.js";
import { horizontalEpsg } from "../../geo/crs.js";
import type { StatedFacts } from "../scenes/file-part.js";

/** Shifts below this share of a pixel are rounding: catalogues write fewer digits than files do. */
const PIXEL_SHARE = 1e-3;

/** Where a catalogue and the header of its file disagree: both values of each, the header's counts. */
export function contradictions(
  stated: StatedFacts | undefined,
  { sizeBytes }: { sizeBytes: number },
  info: CogInfo,
): string[] {
  if (stated === undefined) return [];
  const found: string[] = [];
  const compare = (what: string, claimed: unknown, real: unknown, isSame = claimed === real) => {
    if (claimed === null || real === null || isSame) return;
    found.push(`its item says ${what} ${textOf(claimed)}, the file has ${textOf(real)}: the file's is taken`);
  };
  compare("file:size", stated.sizeBytes, sizeBytes);
  compare("proj:code EPSG", stated.crs && horizontalEpsg(stated.crs), info.crs && horizontalEpsg(info.crs));
  if (stated.height !== null && stated.width !== null) {
    const isSame = stated.height === info.height && stated.width === info.width;
    compare("proj:shape", [stated.height, stated.width], [info.height, info.width], isSame);
  }
  compare("proj:transform", stated.transform, info.transform, isAlike(stated.transform, info.transform));
  compare("data_type", stated.dtype, info.dtype);
  compare("nodata", nodataText(stated.nodata), nodataText(nodataJson(info.nodata)));
  return found;
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

function isAlike(claimed: StatedFacts["transform"], real: CogInfo["transform"]): boolean {
  if (claimed === null || real === null) return true;
  const [width, height] = pixelSize(real);
  const slack = Math.min(width, height) * PIXEL_SHARE;
  return claimed.every((part, i) => Math.abs(part - (real[i] ?? Number.NaN)) <= slack);
}

/** STAC writes "nan" and "-inf" where headers give NaN and -Infinity. */
function nodataText(nodata: number | string | null): string | null {
  if (nodata === null) return null;
  return String(nodata).toLowerCase().replace("infinity", "inf");
}
