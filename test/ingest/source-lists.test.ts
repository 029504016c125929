import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ingest, timeseries } from "../../src/index.js";
import { createTempDir } from "../support/temp-dir.js";
import { firstPixel, writeFlatScene } from "./write-scene.js";

async function valuesIn(warehouse: string) {
  const { rows } = await timeseries(warehouse, firstPixel);
  return rows.map(({ values }) => values.band_1);
}

describe("a list of sources", () => {
  it("names files, folders and patterns, relative to itself, with comments and any kind of line end", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/a b`, "2020-01-01.tif", 1);
    writeFlatScene(`${folder}/sub/more`, "2020-01-02.tif", 2);
    writeFlatScene(`${folder}/sub`, "2020-01-03_x.tif", 3);
    writeFlatScene(`${folder}/sub`, "2020-01-04_y.tif", 4);
    const far = writeFlatScene(`${folder}/far`, "2020-01-05#1.tif", 5);
    const lines = [
      "\uFEFF# scenes of January",
      "",
      "../a b/2020-01-01.tif",
      "  more  ",
      "\t# not this",
      "*_x.tif",
      far,
    ];
    writeFileSync(`${folder}/sub/list.txt`, lines.join("\r\n"));
    const report = await ingest(`@${folder}/sub/list.txt`, { warehouse: `${folder}/w`, productId: "p" });
    expect(report).toMatchObject({ added: 4, failed: [] });
    expect(await valuesIn(`${folder}/w`)).toEqual([1, 2, 3, 5]);
  });

  it("may stand beside other sources, and names a file that was named already only once", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/a`, "2020-01-01.tif", 1);
    writeFileSync(`${folder}/list.txt`, "a/2020-01-01.tif\na/2020-01-01.tif\n");
    const sources = [`${folder}/a`, `@${folder}/list.txt`];
    expect(await ingest(sources, { warehouse: `${folder}/w` })).toMatchObject({
      added: 1,
      sceneCount: 1,
      productId: "a",
    });
  });

  it("is not what a folder is whose own name begins with @", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/@a`, "2020-01-01.tif", 1);
    const cwd = process.cwd();
    process.chdir(folder);
    try {
      expect(await ingest("@a", { warehouse: "w", productId: "p" })).toMatchObject({ added: 1 });
    } finally {
      process.chdir(cwd);
    }
  });

  it("that names what is not there says in which line", async () => {
    const folder = createTempDir();
    writeFlatScene(`${folder}/a`, "2020-01-01.tif", 1);
    writeFileSync(`${folder}/list.txt`, "# one\na/2020-01-01.tif\na/2020-01-02.tif\n");
    await expect(ingest(`@${folder}/list.txt`, { warehouse: `${folder}/w` })).rejects.toMatchObject({
      name: "NotFoundError",
      message: `${folder}/list.txt, line 3: ${folder}/a/2020-01-02.tif: no such file or folder`,
    });
  });

  it("that is empty or not there is an error", async () => {
    const folder = createTempDir();
    mkdirSync(`${folder}/b`);
    writeFileSync(`${folder}/b/list.txt`, "# nothing\n\n");
    const take = (list: string) => ingest(`@${folder}/${list}`, { warehouse: `${folder}/w` });
    await expect(take("b/list.txt")).rejects.toMatchObject({
      name: "InvalidInputError",
      message: `${folder}/b/list.txt: names no source; write a path, a pattern or a URL on each line`,
    });
    await expect(take("c/list.txt")).rejects.toMatchObject({
      name: "NotFoundError",
      message: expect.stringContaining(`${folder}/c/list.txt: no such list of sources`),
    });
  });
});
