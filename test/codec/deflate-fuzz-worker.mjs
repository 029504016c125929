/**
 * Fuzzes the WebAssembly inflater against zlib, in a thread of its own: a loop that never ends cannot be interrupted
 * from within. Posts the counts, and the first faults as text.
 */

import { parentPort, workerData } from "node:worker_threads";
import { constants, deflateRawSync, deflateSync, inflateRawSync, inflateSync } from "node:zlib";

const { wasm, seed, trials, garbageTrials } = workerData;
const STOP = 2;
const CHECK = 4;
const INPUT_BYTES = 2 ** 19;
const OUTPUT_BYTES = 2 ** 19;
const CANARY = 0xa5;
/** What the inflater may write behind the output it was given. */
const OUTPUT_SLACK = 64;

const { memory, HEAP, inflate } = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports;
const inputAt = HEAP.value;
const outputAt = inputAt + INPUT_BYTES + 1024;
memory.grow(Math.ceil((outputAt + OUTPUT_BYTES + 1024) / 65536));
const bytes = Buffer.from(memory.buffer);

let state = seed;
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
const integer = (below) => Math.floor(random() * below);

const counts = { roundTrips: 0, partialStops: 0, truncations: 0, corruptions: 0, corruptionsNoticed: 0, garbage: 0 };
const faults = [];
function expectThat(isRight, ...facts) {
  if (!isRight && faults.length < 20) faults.push(facts.join(" "));
}

function run(input, max, isRaw, flags = 0) {
  bytes.set(input, inputAt);
  const status = inflate(inputAt, input.length, outputAt, max, (isRaw ? 0 : 1) | flags);
  return { status, produced: bytes.readUInt32LE(0), consumed: bytes.readUInt32LE(4) };
}
const isOutput = (expected, length) => bytes.compare(expected, 0, length, outputAt, outputAt + length) === 0;

/** Bytes of eight kinds, from noise to what compresses a thousandfold. */
function makeBytes(length) {
  const out = Buffer.alloc(length);
  const period = 7 + integer(3);
  const kinds = [
    () => integer(256),
    () => 0,
    (i) => i % period,
    () => 97 + Math.floor(random() * random() * random() * 26),
    (i) => (out[i - 1] ?? 0) + integer(5) - 2,
    (i) => (i & 1 ? (random() < 0.5 ? 0 : 255) : integer(60)),
    (i) => (random() < 0.02 ? integer(256) : out[Math.max(0, i - 1 - integer(3))]),
    (i) => (random() < 0.97 ? (out[i - 300] ?? integer(256)) : integer(256)),
  ];
  const kind = kinds[integer(kinds.length)];
  for (let i = 0; i < length; i++) out[i] = kind(i);
  return out;
}

const strategies = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FILTERED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
];
function compress(plain, isRaw) {
  const options = {
    level: integer(10),
    strategy: strategies[integer(5)],
    memLevel: 1 + integer(9),
    windowBits: 9 + integer(7),
  };
  return isRaw ? deflateRawSync(plain, options) : deflateSync(plain, options);
}

function fuzzRoundTrip(trial, plain, packed, isRaw) {
  const { length } = plain;
  bytes.fill(CANARY, outputAt, outputAt + length + OUTPUT_SLACK + 400);
  const behind = Buffer.alloc(integer(3) * 5, 0x5a);
  const { status, produced, consumed } = run(Buffer.concat([packed, behind]), length, isRaw, CHECK);
  const isRight = status === 0 && produced === length && consumed === packed.length && isOutput(plain, length);
  expectThat(isRight, "round trip", trial, status, produced, length, consumed, packed.length);
  const canaries = bytes.subarray(outputAt + length + OUTPUT_SLACK, outputAt + length + OUTPUT_SLACK + 336);
  expectThat(
    canaries.every((byte) => byte === CANARY),
    "written behind the slack",
    trial,
  );
  if (length > 0) expectThat(run(packed, length - 1, isRaw).status === -6, "too small an output accepted", trial);
  counts.roundTrips++;
}

/** Stop somewhere; the bytes said to be consumed are enough to come as far again. */
function fuzzPartialStop(trial, plain, packed, isRaw) {
  const wanted = integer(plain.length + 1);
  const first = run(packed, wanted, isRaw, STOP);
  expectThat(
    first.status === 1 && first.produced === wanted && isOutput(plain, wanted),
    "partial",
    trial,
    first.status,
    wanted,
  );
  expectThat(first.consumed <= packed.length, "consumed more than there is", trial);
  counts.partialStops++;
  if (wanted === 0) return;
  const again = run(packed.subarray(0, first.consumed), wanted, isRaw, STOP);
  expectThat(
    again.status === 1 && isOutput(plain, wanted),
    "consumed prefix is not enough",
    trial,
    again.status,
    wanted,
  );
}

function fuzzTruncation(trial, plain, packed, isRaw) {
  const prefix = packed.subarray(0, integer(packed.length));
  for (const flags of [0, STOP]) {
    const { status, produced } = run(prefix, plain.length + 10, isRaw, flags);
    const isRight = status === -2 && produced <= plain.length && isOutput(plain, produced);
    expectThat(isRight, "truncated", trial, status, prefix.length, produced);
  }
  counts.truncations++;
}

function zlibOrNull(packed, isRaw, maxOutputLength) {
  try {
    return (isRaw ? inflateRawSync : inflateSync)(packed, { maxOutputLength });
  } catch {
    return null;
  }
}

/** Flip bits, or overwrite bytes: accepted if and only if zlib accepts it, with the same bytes. */
function fuzzCorruption(trial, plain, packed, isRaw) {
  const broken = Buffer.from(packed);
  const reach = random() < 0.3 ? Math.min(80, broken.length) : broken.length;
  for (let flips = 1 + integer(3); flips > 0; flips--) broken[integer(reach)] ^= 1 << integer(8);
  if (random() < 0.3) for (let i = 0; i < 20; i++) broken[integer(broken.length)] = integer(256);
  const expected = zlibOrNull(broken, isRaw, plain.length + 100_000);
  const { status, produced } = run(broken, plain.length, isRaw, CHECK);
  counts.corruptions++;
  if (status !== 0) counts.corruptionsNoticed++;
  const fits = expected !== null && expected.length <= plain.length;
  expectThat((status === 0) === fits, "zlib disagrees", trial, status, expected?.length, plain.length);
  if (status === 0 && fits)
    expectThat(expected.length === produced && isOutput(expected, produced), "other bytes", trial);
}

function fuzzGarbage(trial) {
  const garbage = Buffer.from(Array.from({ length: 1 + integer(300) }, () => integer(256)));
  // Half of them: a last block with its own tables, where most of the code is.
  if (trial & 1) garbage[0] = (garbage[0] & ~7) | 5;
  const expected = zlibOrNull(garbage, true, 4096);
  const { status, produced } = run(garbage, 4096, true);
  expectThat((status === 0) === (expected !== null), "garbage: zlib disagrees", trial, status);
  if (status === 0 && expected)
    expectThat(produced === expected.length && isOutput(expected, produced), "garbage: other bytes", trial);
  counts.garbage++;
}

for (let trial = 0; trial < trials; trial++) {
  const size = random();
  const plain = makeBytes(size < 0.15 ? integer(40) : size < 0.6 ? integer(20_000) : integer(300 * 1024));
  const isRaw = random() < 0.3;
  const packed = compress(plain, isRaw);
  fuzzRoundTrip(trial, plain, packed, isRaw);
  for (let i = 0; i < 3; i++) fuzzPartialStop(trial, plain, packed, isRaw);
  for (let i = 0; i < 2; i++) fuzzTruncation(trial, plain, packed, isRaw);
  for (let i = 0; i < 3; i++) fuzzCorruption(trial, plain, packed, isRaw);
}
for (let trial = 0; trial < garbageTrials; trial++) fuzzGarbage(trial);
parentPort.postMessage({ counts, faults });
