import { expect, test } from "vitest";
import { expandPackBits } from "../../src/codec/packbits.js";

test("expands the example of TIFF 6.0, section 9", () => {
  const packed = [0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa];
  const plain = [
    ...[0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0x00],
    ...[0x2a, 0x22, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa],
  ];
  const output = new Uint8Array(24);
  expect(expandPackBits(Uint8Array.from(packed), output, 24)).toEqual({
    kind: "stopped",
    lengthBytes: 24,
    fault: null,
  });
  expect([...output]).toEqual(plain);
});

test("skips the header that does nothing", () => {
  const output = new Uint8Array(2);
  expandPackBits(Uint8Array.of(128, 1, 5, 6), output, 2);
  expect([...output]).toEqual([5, 6]);
});

test("stops inside a run and inside literals without writing more", () => {
  const output = new Uint8Array(8);
  expect(expandPackBits(Uint8Array.of(129, 9), output, 3).lengthBytes).toBe(3);
  expect([...output]).toEqual([9, 9, 9, 0, 0, 0, 0, 0]);
  expect(expandPackBits(Uint8Array.of(7, 1, 2, 3, 4, 5, 6, 7, 8), output, 2).lengthBytes).toBe(2);
  expect([...output]).toEqual([1, 2, 9, 0, 0, 0, 0, 0]);
});

test("is dry where the input ends inside literals or behind a run's header", () => {
  const output = new Uint8Array(8);
  expect(expandPackBits(Uint8Array.of(7, 1, 2), output, 8)).toMatchObject({ kind: "dry", lengthBytes: 2 });
  expect(expandPackBits(Uint8Array.of(0, 1, 250), output, 8)).toMatchObject({ kind: "dry", lengthBytes: 1 });
});
