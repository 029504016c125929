import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { HttpServer } from "../store/http-server.js";

/** An item as it is written in a file. */
export interface LandsatItem {
  id: string;
  properties: Record<string, unknown>;
  assets: Record<string, Record<string, unknown>>;
}

/**
 * Items of the Landsat scenes below `folder`, a file for each band, with hrefs relative to it; the files are put on the
 * server where one is given.
 */
export function landsatItems(folder: string, server?: HttpServer): LandsatItem[] {
  const scenes = readdirSync(folder).filter((name) => /^LC08_L1TP_.*_T1$/.test(name));
  return scenes.sort().map((name) => {
    const assets: LandsatItem["assets"] = {};
    for (const file of readdirSync(join(folder, name)).sort()) {
      if (!file.endsWith(".TIF")) continue;
      const path = `${name}/${file}`;
      server?.objects.set(path, readFileSync(join(folder, path)));
      const key = /_([A-Z0-9]+)\.TIF$/.exec(basename(file))?.[1] ?? "";
      assets[key] = { href: `./${path}`, type: "image/tiff; application=geotiff", roles: ["data"] };
    }
    const [, year, month, day] = /_(\d{4})(\d\d)(\d\d)_/.exec(name) ?? [];
    const datetime = `${year}-${month}-${day}T15:40:12.5Z`;
    return {
      type: "Feature",
      stac_version: "1.1.0",
      id: name,
      collection: "landsat-c1",
      properties: { datetime, "eo:cloud_cover": 12.5, "view:sun_azimuth": 150.25, "view:sun_elevation": 40.5 },
      links: [],
      assets,
    };
  });
}
