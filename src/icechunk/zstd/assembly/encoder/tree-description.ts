/** Descriptions of Huffman trees: the weights of all symbols but the last (RFC 8878, 4.2.1). */
import { PROBABILITIES, WEIGHTS } from "../memory-map";
import { beginBits, endBackwardBits, flushBits } from "./bit-writer";
import { buildEncodingTable, describeTable, encodeSymbol, firstState, putState } from "./fse";
import { COUNTS, FSE_TABLE_BYTES, FSE_TABLES, TREE_DESCRIPTION } from "./memory-map";
import { accuracyFor, normalize } from "./normalize";

const WEIGHT_TABLE: usize = FSE_TABLES + 9 * FSE_TABLE_BYTES;
const MAX_WEIGHT: u32 = 11;
const MAX_ACCURACY: u32 = 6;
const MAX_PACKED_BYTES: u32 = 127;
const MAX_DIRECT_WEIGHTS: u32 = 128;

/** Write the tree of WEIGHTS to TREE_DESCRIPTION in the shorter form. Returns its length; 0 where no form holds it. */
export function describeTree(): u32 {
  let count: u32 = 255;
  while (load<u8>(WEIGHTS + count) === 0) count--;
  const packed = packWeights(count);
  const direct = (count + 1) >> 1;
  if (packed > 0 && (packed < direct || count > MAX_DIRECT_WEIGHTS)) {
    store<u8>(TREE_DESCRIPTION, <u8>packed);
    return packed + 1;
  }
  if (count > MAX_DIRECT_WEIGHTS) return 0;
  store<u8>(TREE_DESCRIPTION, <u8>(127 + count));
  for (let i: u32 = 0; i < count; i += 2) {
    // The weight behind the last one written is read by nobody.
    store<u8>(TREE_DESCRIPTION + 1 + (i >> 1), <u8>((load<u8>(WEIGHTS + i) << 4) | load<u8>(WEIGHTS + i + 1)));
  }
  return direct + 1;
}

/** Write `count` weights behind the description's first byte, packed. Returns their length; 0 where they do not fit. */
function packWeights(count: u32): u32 {
  memory.fill(COUNTS, 0, (MAX_WEIGHT + 1) * 4);
  for (let i: u32 = 0; i < count; i++) {
    const at = COUNTS + <u32>load<u8>(WEIGHTS + i) * 4;
    store<u32>(at, load<u32>(at) + 1);
  }
  let distinct: u32 = 0;
  let last: u32 = 0;
  for (let weight: u32 = 0; weight <= MAX_WEIGHT; weight++) {
    if (load<u32>(COUNTS + weight * 4) === 0) continue;
    distinct++;
    last = weight;
  }
  // Weights that are all alike take no bits, and the decoder would not know where they end.
  if (distinct < 2) return 0;
  const accuracy = accuracyFor(count, distinct, MAX_ACCURACY);
  normalize(last, count, accuracy);
  const start = TREE_DESCRIPTION + 1;
  const stream = describeTable(accuracy, start);
  buildEncodingTable(PROBABILITIES, last, accuracy, WEIGHT_TABLE);
  const bytes = <u32>(encodeWeights(count, stream) - start);
  return bytes > MAX_PACKED_BYTES ? 0 : bytes;
}

/** Two states take turns; the decoder begins with the first. Returns the address behind the stream. */
function encodeWeights(count: u32, target: usize): usize {
  beginBits(target);
  let state = firstState(WEIGHT_TABLE, load<u8>(WEIGHTS + count - 1));
  let other = firstState(WEIGHT_TABLE, load<u8>(WEIGHTS + count - 2));
  for (let i = <i32>count - 3; i >= 0; i--) {
    const next = encodeSymbol(WEIGHT_TABLE, state, load<u8>(WEIGHTS + i));
    flushBits();
    state = other;
    other = next;
  }
  putState(WEIGHT_TABLE, state);
  putState(WEIGHT_TABLE, other);
  return endBackwardBits();
}
