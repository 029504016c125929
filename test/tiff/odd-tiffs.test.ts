import { resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Dataset, errorFromJson, type IngestReport, ingest, openCog, openDataset } from "../../src/index.js";
import { sharedPool } from "../../src/lazy/thread-pool.js";
import { describeWithData } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { type OracleRow, type Outcome, outcomeOf, readOracle, readOutcome } from "./oracle.js";

/** Files that GDAL reads and this library refuses, with what it says: kinds that it does not read at all. */
const refused: Readonly<Record<string, RegExp>> = {
  "gdal/cfloat32.tif": /type complex64/,
  "gdal/cfloat64.tif": /type complex128/,
  "made/cfloat32_deflate_p1_pixel.tif": /type complex64/,
  "made/cfloat32_deflate_p1_band.tif": /type complex64/,
};

/** Files that GDAL reads although they are damaged, where this library says so: a wrong pixel is worse than none. */
const stricter: Readonly<Record<string, RegExp>> = {
  // GDAL stops at the loop and takes what it has; a chain that was bent may have lost a mask or an overview.
  "made/bad_ifd_self_loop.tif": /loops back to offset 8/,
  // 200 bytes of a deflate stream are zero: GDAL presents what comes out, and nobody looks at the checksum.
  "made/bad_deflate_zeroed_200.tif": /block at byte 472 .* cannot be decoded: DEFLATE/,
};

/** What may be refused by name of the files that GDAL refuses, too: kinds that are not read, and what nobody defined. */
const refusable =
  /compression (JXL|OJPEG|CCITTRLE) is not|scheme 65535 is not|YCbCr pixels of 12 bits|Predictor (7|255) is not/;

/** NaN as these two files store it, with its sign set; a missing float has NaN here, whatever its bits were. */
const negativeNan = Uint8Array.of(0, 0, 0xc0, 0xff);

/** The outcome that is right for a file. */
function rightOutcome({ file, md5 }: OracleRow): Partial<Record<Outcome["word"], RegExp>> {
  if (refused[file] !== undefined) return { refused: refused[file] };
  if (stricter[file] !== undefined) return { broken: stricter[file] };
  // What GDAL cannot read either is an error that names the file, and never pixels.
  if (md5 === "") return { refused: refusable, broken: new RegExp(`${file}: `) };
  return { md5: new RegExp(`^${md5}$`) };
}

function isRight(row: OracleRow, { word, detail }: Outcome): boolean {
  return rightOutcome(row)[word]?.test(detail) === true;
}

describeWithData("the odd TIFFs of the data set", (dataPath) => {
  const folder = resolve(dataPath, "odd-tiffs");
  const oracle = readOracle(dataPath);
  const score = new Map<string, number>();
  let report: IngestReport;
  let warehouse: Dataset;

  const temp = createSharedTempDir();
  beforeAll(async () => {
    report = await ingest(folder, { warehouse: `${temp}/w`, productId: "odd" });
    warehouse = await openDataset(`${temp}/w`);
  });
  afterAll(() => {
    const lines = [...score].sort().map(([key, files]) => `${String(files).padStart(5)}  ${key}`);
    console.log(`GDAL says, and what is read:\n${lines.join("\n")}`);
  });

  /** The scene of one file, out of the warehouse that holds all of them, with the file's own bands. */
  function ingested(file: string, bands: readonly string[]): Dataset {
    const ids = [file.replace(/\.[^./]*$/, ""), file];
    return warehouse.isel({ time: warehouse.coords.scene.findIndex((id) => ids.includes(id)) }).select(bands);
  }

  async function readIngested(file: string, opened: Promise<Dataset>): Promise<Outcome> {
    const failed = report.failed.find(({ path }) => path.endsWith(`/${file}`));
    if (failed !== undefined) return outcomeOf(errorFromJson(failed.error));
    return readOutcome(async () => ingested(file, (await opened).bands), negativeNan);
  }

  it("are all there, and GDAL's verdict on each", () => {
    expect(oracle).toHaveLength(278);
    expect(oracle.filter(({ md5 }) => md5 !== "")).toHaveLength(250);
    expect(report.added + report.failed.length).toBe(278);
  });

  it.each([
    "gdal/gtiff/rgbsmall_JPEG_ycbcr.tif",
    "gdal/gtiff/rgbsmall_WEBP_RGBA_alpha_omitted.tif",
    "gdal/gtiff/rgbsmall_LERC_ZSTD.tif",
    "gdal/gtiff/byte_LERC_DEFLATE.tif",
    "gdal/gtiff/rgbsmall_LZMA.tif",
    "gdal/ycbcr_22_lzw.tif",
    "gdal/rgbsmall_cmyk.tif",
    "gdal/float24.tif",
  ])("%s, in a thread", async (file) => {
    // A thread that runs is given work however little it is.
    await sharedPool(1).decode({ sources: [], encodings: [], reads: [] });
    const outcome = await readOutcome(() => openCog(resolve(folder, file)), negativeNan, 1);
    expect(outcome).toEqual({ word: "md5", detail: oracle.find((row) => row.file === file)?.md5 });
  });

  it.each(oracle.map((row) => [row.file, row] as const))("%s", async (file, row) => {
    const dataset = openCog(resolve(folder, file));
    const opened = await readOutcome(() => dataset, negativeNan);
    const isGood = isRight(row, opened);
    const key = `${row.expect.padEnd(22)} ${opened.word === "md5" ? "pixels" : opened.word}${isGood ? "" : ", WRONG"}`;
    score.set(key, (score.get(key) ?? 0) + 1);
    expect(opened, `${row.expect}, md5 ${row.md5}`).toSatisfy((outcome: Outcome) => isRight(row, outcome));
    expect(await readIngested(file, dataset)).toEqual(opened);
  });
});
