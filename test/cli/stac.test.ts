import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { StacItem } from "../../src/index.js";
import { expectValidItem } from "../stac/valid-item.js";
import { oneGridPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { jsonOf, runCli } from "./run-cli.js";

const dir = createSharedTempDir();
const run = (...args: string[]) => runCli(args, dir);

beforeAll(async () => {
  expect((await run("ingest", oneGridPath, "--product", "landsat8")).code).toBe(0);
});

describe("scenes --format", () => {
  it("stac prints one ItemCollection of valid items, of the scenes that are asked for", async () => {
    const { code, stdout, stderr } = await run("scenes", "--format", "stac", "--time", "2018-06/2018-08");
    const collection = JSON.parse(stdout) as { type: string; features: StacItem[] };
    expect([code, stderr, collection.type, collection.features.length]).toEqual([0, "", "FeatureCollection", 3]);
    for (const item of collection.features) expectValidItem(item);
  });

  it("ndjson prints an item a line", async () => {
    const { stdout } = await run("scenes", "--format", "ndjson", "--limit", "3");
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as StacItem).type)).toEqual(["Feature", "Feature", "Feature"]);
  });

  it("json prints what --json does, table what people see", async () => {
    expect(jsonOf(await run("scenes", "--format", "json"))).toEqual(jsonOf(await run("scenes", "--json")));
    expect((await run("scenes", "--format", "table")).stdout).toBe((await run("scenes")).stdout);
  });

  it.each([
    [["--format", "stac-geoparquet"], "say with --output where to write it"],
    [["--output", "x.json"], "--output goes with --format stac, ndjson or stac-geoparquet, not with table"],
    [["--json", "--format", "stac"], "--json and --format stac contradict each other"],
  ])("%j is a wrong call", async (flags, message) => {
    const { code, stderr } = await run("scenes", ...flags);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("says where nothing matches; stac is then an empty collection, of Parquet there is no file", async () => {
    const none = await run("scenes", "--time", "1990", "--format", "stac");
    expect([none.code, JSON.parse(none.stdout)]).toEqual([0, { type: "FeatureCollection", features: [] }]);
    const file = await run("scenes", "--time", "1990", "--format", "stac-geoparquet", "--output", "none.parquet");
    expect([file.code, file.stdout]).toEqual([0, ""]);
    expect(file.stderr).toContain("no scene matches");
  });
});

describe("ingest of what scenes wrote", () => {
  it.each([
    ["stac", "out.json"],
    ["ndjson", "out.ndjson"],
    ["stac-geoparquet", "out.parquet"],
  ])("in the form %s gives the same scenes", async (format, file) => {
    const written = await run("scenes", "--format", format, "--output", file);
    expect([written.code, written.stdout, written.stderr]).toEqual([0, "", `19 items written to ${file}\n`]);
    const again = await run("ingest", file, "-w", `./again-${format}`, "--json");
    expect([again.code, again.stderr]).toEqual([0, ""]);
    expect(jsonOf(again)).toMatchObject({ productId: "landsat8", added: 19, failed: [] });
    expect(jsonOf(await run("scenes", "--json", "-w", `./again-${format}`))).toEqual(
      jsonOf(await run("scenes", "--json")),
    );
  });

  it("takes the assets that are named, and says what there is where one is not there", async () => {
    const wrong = await run("ingest", "out.json", "--assets", "dta", "--dry-run", "-w", "./dry");
    expect([wrong.code, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toContain('--assets dta: no item has such an asset, did you mean "data"? (there are data)');
    const dry = await run("ingest", "out.json", "--assets", "data", "--dry-run", "-w", "./dry", "--json");
    expect(jsonOf(dry)).toMatchObject({ added: 19, snapshot: null });
  });

  it("ends with 1 where an item is none, the others being committed", async () => {
    const collection = JSON.parse(readFileSync(join(dir, "out.json"), "utf8")) as { features: object[] };
    collection.features[3] = { type: "Feature", id: "broken" };
    writeFileSync(join(dir, "broken.json"), JSON.stringify(collection));
    const { code, stderr, stdout } = await run("ingest", "broken.json", "-w", "./most", "--json");
    expect([code, stderr]).toEqual([1, expect.stringContaining("failed: ")]);
    expect(stderr).toContain("item broken is no STAC item: properties is missing; assets is missing");
    expect(JSON.parse(stdout)).toMatchObject({ added: 18, failed: [{ path: "broken" }] });
  });
});
