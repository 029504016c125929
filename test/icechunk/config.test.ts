import { describe, expect, test } from "vitest";
import { UnsupportedError } from "../../src/errors.js";
import { containersOf } from "../../src/icechunk/config.js";
import { toConfig, toSettings, withContainers } from "../../src/icechunk/settings.js";

const none = Number.POSITIVE_INFINITY;

/** A stored configuration that splits by these rules. */
function stored(...rules: unknown[]) {
  return { manifest: { splitting: { split_sizes: rules } } } as Parameters<typeof toSettings>[0];
}

describe("splitting", () => {
  test("the first rule whose pattern is found in the path decides, for the axes that it names", () => {
    const { splitSizes } = toSettings(
      stored(
        [{ path_matches: { regex: "^/scenes/" } }, [{ condition: { Axis: 0 }, num_chunks: 100 }]],
        ["any_array", [{ condition: "Any", num_chunks: 7 }]],
      ),
      {},
    );
    expect(splitSizes("/scenes/time", [], 2)).toEqual([100, none]);
    expect(splitSizes("/other/scenes/time", [], 2)).toEqual([7, 7]);
  });

  test("dimension names, node names, and combinations of conditions are understood", () => {
    const { splitSizes } = toSettings(
      stored(
        [
          { and: [{ name_matches: { regex: "^t" } }, { or: [{ path_matches: { regex: "^/a" } }, "any_array"] }] },
          [{ condition: { DimensionName: "time" }, num_chunks: 5 }],
        ],
        [{ name_matches: { regex: "^x$" } }, [{ condition: { Axis: 1 }, num_chunks: 3 }]],
      ),
      {},
    );
    expect(splitSizes("/a/temperature", ["time", null], 2)).toEqual([5, none]);
    expect(splitSizes("/a/x", ["time", null], 2)).toEqual([none, 3]);
    expect(splitSizes("/t/y", ["time"], 1)).toEqual([none]);
  });

  test("nothing stored means nothing split, and a size of 2^32 - 1 or 0 does not cut", () => {
    expect(toSettings({}, {}).splitSizes("/a", [], 3)).toEqual([none, none, none]);
    const { splitSizes } = toSettings(stored(["any_array", [{ condition: "Any", num_chunks: 0 }]]), {});
    expect(splitSizes("/a", [], 1)).toEqual([none]);
  });

  test.each(["(?i)x", "["])("the pattern %s, which JavaScript does not have, is refused", (regex) => {
    const { splitSizes } = toSettings(stored([{ path_matches: { regex } }, []]), {});
    expect(() => splitSizes("/a", [], 1)).toThrow(UnsupportedError);
  });

  test("a condition of a newer version is refused", () => {
    expect(() => toSettings(stored([{ size_above: 5 }, []]), {}).splitSizes("/a", [], 1)).toThrow(UnsupportedError);
    const newAxis = stored(["any_array", [{ condition: { Last: true }, num_chunks: 5 }]]);
    expect(() => toSettings(newAxis, {}).splitSizes("/a", [], 1)).toThrow(UnsupportedError);
  });

  test("rules of one path are stored as one entry, as the official engine stops at the first", () => {
    const config = toConfig({
      splitting: [
        { path: ".*", axis: 0, chunks: 250 },
        { path: ".*", axis: 1, chunks: 2 },
      ],
    });
    expect(config).toEqual({
      manifest: {
        splitting: {
          split_sizes: [
            [
              { path_matches: { regex: ".*" } },
              [
                { condition: { Axis: 0 }, num_chunks: 250 },
                { condition: { Axis: 1 }, num_chunks: 2 },
              ],
            ],
          ],
        },
      },
    });
  });
});

describe("settings", () => {
  test("options go before what is stored, and that before the defaults", () => {
    const config = { inline_chunk_threshold_bytes: 10, compression: { level: 7 }, num_updates_per_repo_info_file: 5 };
    expect(toSettings(config, { compressionLevel: 1 })).toMatchObject({
      inlineThresholdBytes: 10,
      compressionLevel: 1,
      updatesPerFile: 5,
    });
    expect(toSettings({}, {})).toMatchObject({
      inlineThresholdBytes: 512,
      compressionLevel: 3,
      updatesPerFile: 1000,
    });
  });
});

describe("containers", () => {
  test("other keys of the configuration survive a change of containers", () => {
    const container = { name: "a", urlPrefix: "s3://b/", store: { s3: { region: "x" } } };
    const config = withContainers({ future_key: [1, { a: null }] }, [container]);
    expect(config).toEqual({
      future_key: [1, { a: null }],
      virtual_chunk_containers: { "s3://b/": { name: "a", url_prefix: "s3://b/", store: { s3: { region: "x" } } } },
    });
    expect(containersOf(config)).toEqual([container]);
  });

  test("one without name or prefix of its own takes the key of the map", () => {
    const config = { virtual_chunk_containers: { "s3://b/": { store: "in_memory" } } };
    expect(containersOf(config)).toEqual([{ name: null, urlPrefix: "s3://b/", store: "in_memory" }]);
  });
});
