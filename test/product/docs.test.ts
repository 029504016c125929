import { expect, it } from "vitest";
import { builtInProfiles } from "../../src/product/built-in-profiles.js";
import { parseProfileText } from "../../src/product/parse-profile.js";
import { recogniseFile } from "../../src/product/recognise-file.js";
import { readText } from "../guards/source-files.js";

const page = readText("docs/products.md");
const rows = [...page.matchAll(/^\| (`[^|]+`) \| [^|]+ \| `([^`|]+)` \| ([^|]*)\|$/gm)];

it("the page of products lists all of them, each with a name that is recognised and the bands that find clouds", () => {
  const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  const listed = rows.flatMap(([, ids = ""]) => quoted(ids));
  expect(listed).toHaveLength(builtInProfiles.length);
  expect(new Set(listed)).toEqual(new Set(builtInProfiles.map(({ id }) => id)));
  for (const [, ids = "", example = "", clouds = ""] of rows) {
    const profiles = builtInProfiles.filter(({ id }) => quoted(ids).includes(id));
    expect(quoted(ids), example).toContain(recogniseFile(example, profiles)?.profile.id);
    for (const { id, cloudRules } of profiles) {
      expect([...new Set(cloudRules.map(({ band }) => band))], id).toEqual(quoted(clouds));
    }
  }
});

it("its example of a profile is one, and recognises what it says", () => {
  const [, example = ""] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  const profile = parseProfileText(example, "vineyard.json");
  expect(recogniseFile("2024/plot12_20240512_shade.tif", [profile])).toMatchObject({
    ...{ sceneId: "plot12_20240512", tile: "12", bands: ["shade"], role: "mask", timeMs: Date.UTC(2024, 4, 12) },
  });
});

it("its example of a fault is what is said", () => {
  const [, key = "", message = ""] = /vineyard\.json: bandSets\.camera\[0\]\.(\w+): (.*) \(known/.exec(page) ?? [];
  const [, example = ""] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  const misspelt = example.replace('"wavelengthNm"', `"${key}"`);
  expect(() => parseProfileText(misspelt, "vineyard.json")).toThrow(
    `vineyard.json: bandSets.camera[0].${key}: ${message}`,
  );
});
