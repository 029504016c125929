import { utimesSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isPixelQueryError } from "../../../src/errors.js";
import { catalog, type IngestOptions, type IngestWarning, ingest } from "../../../src/index.js";
import { parseDatePattern, timeByPattern, timeInName } from "../../../src/ingest/scenes/acquisition-time.js";
import { createTempDir } from "../../support/temp-dir.js";
import { FieldType, type TiffOptions } from "../../support/write-tiff.js";
import { writeScene } from "../write-scene.js";

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());

describe("the time in a file's name", () => {
  it.each([
    ["2023-06-15.tif", "2023-06-15T00:00:00.000Z"],
    ["2023_06_15.tif", "2023-06-15T00:00:00.000Z"],
    ["20230615.tif", "2023-06-15T00:00:00.000Z"],
    ["scene20230615b.tif", "2023-06-15T00:00:00.000Z"],
    ["20230615T101031.tif", "2023-06-15T10:10:31.000Z"],
    ["S2A_20230615T101031_B04.tif", "2023-06-15T10:10:31.000Z"],
    ["20230615t101031z.tif", "2023-06-15T10:10:31.000Z"],
    ["20230615T1010.tif", "2023-06-15T10:10:00.000Z"],
    ["2023-06-15T10:15:31.tif", "2023-06-15T10:15:31.000Z"],
    ["2023-06-15T10-15-31.250Z.tif", "2023-06-15T10:15:31.250Z"],
    ["2023-06-15T10_15_31.tif", "2023-06-15T10:15:31.000Z"],
    ["openEO_2023-06-01Z.tif", "2023-06-01T00:00:00.000Z"],
    ["2024-02-29.tif", "2024-02-29T00:00:00.000Z"],
    ["1900-01-01.tif", "1900-01-01T00:00:00.000Z"],
  ])("%s is %s", (name, expected) => {
    expect(iso(timeInName(name))).toBe(expected);
  });

  it.each([
    ["20181345.tif", "month 13"],
    ["2023-02-29.tif", "29 February of a common year"],
    ["20230631.tif", "31 June"],
    ["2023-06-00.tif", "day 0"],
    ["2023-00-10.tif", "month 0"],
    ["18991231.tif", "a year before 1900"],
    ["21010101.tif", "a year after 2100"],
    ["1234567890123.tif", "a longer number"],
    ["2023-06_15.tif", "two separators"],
    ["2023-6-5.tif", "one digit"],
    ["20230615T250000.tif", "hour 25"],
    ["scene.tif", "no date"],
  ])("%s holds no date: %s", (name) => {
    expect(timeInName(name)).toBeNull();
  });

  it("is the first date that exists", () => {
    expect(iso(timeInName("LC08_L1TP_013032_20180131_20180207_01_T1.tif"))).toBe("2018-01-31T00:00:00.000Z");
    expect(iso(timeInName("tile_20181345_20180102.tif"))).toBe("2018-01-02T00:00:00.000Z");
  });
});

describe("the time that a user's pattern finds", () => {
  it.each([
    [
      "named groups",
      "(?<day>\\d\\d)\\.(?<month>\\d\\d)\\.(?<year>\\d{4})",
      "flight 15.06.2023.tif",
      "2023-06-15T00:00:00.000Z",
    ],
    [
      "named groups with a time of day",
      "(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)_(?<hour>\\d\\d)(?<minute>\\d\\d)(?<second>\\d\\d)",
      "20230615_101031_ssc4.tif",
      "2023-06-15T10:10:31.000Z",
    ],
    ["a day of the year", "A(?<year>\\d{4})(?<doy>\\d{3})", "MOD09.A2024060.h18.tif", "2024-02-29T00:00:00.000Z"],
    ["the first group", "_(\\d{8})_T1", "LC08_20180131_20180207_T1.tif", "2018-02-07T00:00:00.000Z"],
    ["all of the match", "2018-02-\\d\\d", "2018-01-31_2018-02-07.tif", "2018-02-07T00:00:00.000Z"],
  ])("is read from %s", (_, pattern, name, expected) => {
    expect(iso(timeByPattern(name, parseDatePattern(pattern)))).toBe(expected);
  });

  it("is none where the pattern does not match or finds a date that does not exist", () => {
    expect(timeByPattern("20230615.tif", parseDatePattern("^flight(\\d+)"))).toBeNull();
    expect(timeByPattern("A2023366.tif", parseDatePattern("A(?<year>\\d{4})(?<doy>\\d{3})"))).toBeNull();
    expect(timeByPattern("A2023000.tif", parseDatePattern("A(?<year>\\d{4})(?<doy>\\d{3})"))).toBeNull();
    expect(timeByPattern("20231301.tif", parseDatePattern("(\\d{8})"))).toBeNull();
  });

  it("needs a regular expression", () => {
    const error = catchError(() => parseDatePattern("(?<year"));
    expect(isPixelQueryError(error, "InvalidInputError")).toBe(true);
    expect(String(error)).toContain("(?<year");
  });
});

function catchError(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe("the time of a scene", () => {
  /** Ingest one file, last modified 2020-01-02T03:04:05Z. */
  async function ingestOne(name: string, tiff: Partial<TiffOptions>, options: IngestOptions = {}) {
    const folder = createTempDir();
    const path = writeScene(`${folder}/cogs`, name, tiff);
    utimesSync(path, 1577934245, 1577934245);
    const warnings: IngestWarning[] = [];
    const onWarning = (warning: IngestWarning) => warnings.push(warning);
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, onWarning, ...options });
    const [scene] = await (await catalog(`${folder}/w`)).scenes();
    return { time: scene?.acquisitionTime, warnings: warnings.map(({ message }) => message) };
  }

  it("comes from the name before the tags", async () => {
    const items = { ACQUISITIONDATETIME: "2022-07-01T10:00:00Z" };
    expect(await ingestOne("2021-05-06.tif", { items })).toEqual({ time: "2021-05-06T00:00:00.000Z", warnings: [] });
  });

  it("comes from the tags where the name has none or an impossible one", async () => {
    const items = { ACQUISITIONDATETIME: "2022-07-01T10:00:00Z" };
    const expected = { time: "2022-07-01T10:00:00.000Z", warnings: [] };
    expect(await ingestOne("field.tif", { items })).toEqual(expected);
    expect(await ingestOne("field_20181345.tif", { items })).toEqual(expected);
    const extraTags = [{ tag: 306, type: FieldType.ASCII, values: "2022:07:01 10:00:00" }];
    expect(await ingestOne("field.tif", { extraTags })).toEqual(expected);
  });

  it("comes from the file system, with a warning that names it, where nothing else says it", async () => {
    const { time, warnings } = await ingestOne("field.tif", {});
    expect(time).toBe("2020-01-02T03:04:05.000Z");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("2020-01-02T03:04:05.000Z");
    expect(warnings[0]).toContain("--date-pattern");
  });

  it("comes from where the user's pattern points, and from nowhere else in the name", async () => {
    const datePattern = "to_(\\d{8})";
    const pointed = await ingestOne("20180131_to_20180207.tif", {}, { datePattern });
    expect(pointed).toEqual({ time: "2018-02-07T00:00:00.000Z", warnings: [] });
    const missed = await ingestOne("20180131.tif", {}, { datePattern });
    expect(missed.time).toBe("2020-01-02T03:04:05.000Z");
  });

  it("comes from the file's name, not from its folder's", async () => {
    expect((await ingestOne("2019-01-01/scene_2021-05-06.tif", {})).time).toBe("2021-05-06T00:00:00.000Z");
    expect((await ingestOne("2019-01-01/scene.tif", {})).time).toBe("2020-01-02T03:04:05.000Z");
  });
});
