import { expect, it } from "vitest";
import { ingest } from "../../src/ingest/ingest.js";
import { catalog } from "../../src/warehouse/catalog.js";
import { createTempDir } from "../support/temp-dir.js";
import { writeScene } from "./write-scene.js";

it("a CRS that no projection here knows keeps nobody from ingesting the pixels, and is warned of by name", async () => {
  const folder = createTempDir();
  // EPSG:29701, "Tananarive (Paris) / Laborde Grid": proj4 has no labrd.
  writeScene(`${folder}/cogs`, "2020-01-01.tif", { crs: { epsg: 29701, model: "projected" } });
  const warnings: string[] = [];
  const report = await ingest(`${folder}/cogs`, {
    warehouse: `${folder}/w`,
    onWarning: ({ message }) => warnings.push(message),
  });
  expect(report).toMatchObject({ added: 1, failed: [] });
  expect(warnings).toEqual([
    "The CRS EPSG:29701 cannot be projected: labrd is not supported: questions by longitude and latitude will not find it",
  ]);
  const [scene] = await (await catalog(`${folder}/w`)).scenes();
  expect(scene).toMatchObject({ crs: "EPSG:29701", bbox: null, bounds: [500000, 4499970, 500040, 4500000] });
});
