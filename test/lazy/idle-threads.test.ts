import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { oneGridPath, rootPath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";

const library = pathToFileURL(join(rootPath, "dist", "index.js")).href;

it("decoding threads with nothing to do do not keep a program from ending", () => {
  const program = `
    import { ingest, timeseries } from ${JSON.stringify(library)};
    const [source, warehouse] = process.argv.slice(1);
    await ingest(source, { warehouse });
    const { rows } = await timeseries(warehouse, { lon: -73.97, lat: 40.78, bands: ["red"], threads: 2 });
    console.log(rows.length);
  `;
  const warehouse = join(createTempDir(), "warehouse");
  const args = ["--input-type=module", "--eval", program, oneGridPath, warehouse];
  const ended = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 30_000 });
  expect({ status: ended.status, signal: ended.signal, stdout: ended.stdout }).toEqual({
    status: 0,
    signal: null,
    stdout: "19\n",
  });
});
