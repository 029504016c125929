import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomId } from "../../src/icechunk/format/object-id.js";
import { buildManifest } from "../../src/icechunk/manifest-builder.js";
import { ManifestReader } from "../../src/icechunk/manifest-reader.js";
import { ReferenceTable, referenceKinds } from "../../src/icechunk/reference-table.js";

const reference = fc.oneof(
  fc.record({
    kind: fc.constant(referenceKinds.virtual),
    offset: fc.nat(2 ** 31 - 1),
    length: fc.integer({ min: 1, max: 1e9 }),
    file: fc.nat(3),
  }),
  fc.record({ kind: fc.constant(referenceKinds.inline), bytes: fc.uint8Array({ maxLength: 20 }) }),
  fc.record({ kind: fc.constant(referenceKinds.native), offset: fc.nat(1000), length: fc.nat(1000) }),
);
const files = [
  { url: "s3://b/0", seconds: 5, etag: null },
  { url: "s3://b/é", seconds: 0, etag: '"tag"' },
  { url: "s3://b/2", seconds: 0, etag: null },
  { url: "s3://b/0", seconds: 6, etag: null },
];

/** Sorted, distinct chunk indices of two axes, each with a reference. */
const entries = fc
  .uniqueArray(fc.tuple(fc.nat(30), fc.nat(5), reference), { selector: ([t, x]) => t * 10 + x, maxLength: 120 })
  .map((list) => list.sort((a, b) => a[0] - b[0] || a[1] - b[1]));

type Entry = [number, number, typeof reference extends fc.Arbitrary<infer R> ? R : never];

function toTable(list: readonly Entry[]): ReferenceTable {
  const table = new ReferenceTable(2);
  for (const [t, x, each] of list) {
    const row = table.addRow([t, x], 0);
    if (each.kind === referenceKinds.virtual) {
      const { url, seconds, etag } = files[each.file]!;
      table.set(row, each.kind, each.offset, each.length, table.internLocation(url, seconds, etag));
    } else if (each.kind === referenceKinds.inline) {
      table.set(row, each.kind, 0, each.bytes.length, table.addPayload(each.bytes));
    } else table.set(row, each.kind, each.offset, each.length, table.addPayload(new Uint8Array(12).fill(t * 8 + x)));
  }
  return table;
}

/** A row as plain data, without the numbers that only its own table gives. */
function describeRow(table: ReferenceTable, row: number): unknown {
  const kind = table.kinds[row]!;
  const source = table.sources[row]!;
  const target = kind === referenceKinds.virtual ? table.locations[source] : [...(table.payloads[source] ?? [])];
  return { index: table.indexOf(row), kind, offset: table.offsets[row], length: table.lengths[row], target };
}

const rowsOf = (table: ReferenceTable) => Array.from({ length: table.count }, (_, row) => row);

describe("manifests", () => {
  test("give back every reference of every kind, in order", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (list) => {
        const table = toTable(list as Entry[]);
        const node = randomId(8);
        const reader = await ManifestReader.open(
          buildManifest(randomId(12), node, table, rowsOf(table)),
          "manifests/X",
        );
        const read = new ReferenceTable(2);
        reader.readAll(node, read);
        expect(rowsOf(read).map((row) => describeRow(read, row))).toEqual(
          rowsOf(table).map((row) => describeRow(table, row)),
        );
      }),
    );
  });

  test("find what is asked for in any order, and nothing else", () => {
    const wanted = fc.array(fc.tuple(fc.nat(32), fc.nat(6)), { maxLength: 60 });
    fc.assert(
      fc.asyncProperty(entries, wanted, async (list, indices) => {
        const table = toTable(list as Entry[]);
        const node = randomId(8);
        const reader = await ManifestReader.open(
          buildManifest(randomId(12), node, table, rowsOf(table)),
          "manifests/X",
        );
        const found = new ReferenceTable(2);
        for (const index of indices) found.addRow(index, 0);
        reader.lookup(node, found, rowsOf(found));
        indices.forEach(([t, x], row) => {
          const at = list.findIndex(([a, b]) => a === t && b === x);
          if (at < 0) expect(found.kinds[row]).toBe(referenceKinds.none);
          else expect(describeRow(found, row)).toEqual(describeRow(table, at));
        });
      }),
    );
  });

  test("hold nothing for another array", async () => {
    const table = toTable([[0, 0, { kind: referenceKinds.native, offset: 0, length: 1 }]]);
    const reader = await ManifestReader.open(buildManifest(randomId(12), randomId(8), table, [0]), "manifests/X");
    const read = new ReferenceTable(2);
    reader.readAll(new Uint8Array(8), read);
    expect(read.count).toBe(0);
  });

  test("hold each location once, however many references share it", () => {
    const table = new ReferenceTable(1);
    const location = table.internLocation("s3://bucket/a-rather-long-name-for-a-file.tif", 5, null);
    for (let i = 0; i < 1000; i++) table.set(table.addRow([i], 0), referenceKinds.virtual, i, 1, location);
    const text = new TextDecoder("latin1").decode(buildManifest(randomId(12), randomId(8), table, rowsOf(table)));
    expect(text.split("a-rather-long-name").length - 1).toBe(1);
  });

  test("a question of another rank is an error", async () => {
    const table = toTable([[0, 0, { kind: referenceKinds.native, offset: 0, length: 1 }]]);
    const node = randomId(8);
    const reader = await ManifestReader.open(buildManifest(randomId(12), node, table, [0]), "manifests/X");
    expect(() => reader.readAll(node, new ReferenceTable(3))).toThrow(
      "manifests/X is damaged: a chunk index has 2 numbers, not 3.",
    );
  });
});
