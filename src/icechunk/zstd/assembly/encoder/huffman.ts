/** Huffman codes of literals, and the streams that they make (RFC 8878, 4.2). */
import { WEIGHTS } from "../memory-map";
import { COUNTS, NEXT_CODES, NODE_COUNTS, NODE_DEPTHS, NODE_PARENTS, ORDER } from "./memory-map";

/** No code of literals is longer (RFC 8878, 4.2.1). */
const MAX_CODE_BITS: u32 = 11;

/** Build codes at `tree` for the literals in COUNTS, at least two different ones, and put weights into WEIGHTS. */
export function buildCodes(tree: usize): void {
  const distinct = sortSymbols();
  measureDepths(distinct);
  fillUp(distinct, limitDepths(distinct));
  assignCodes(distinct, tree);
}

/** Put the literals that occur into ORDER, and their counts into NODE_COUNTS, the rarest first. Returns their number. */
function sortSymbols(): u32 {
  let distinct: u32 = 0;
  for (let symbol: u32 = 0; symbol < 256; symbol++) {
    const count = load<u32>(COUNTS + symbol * 4);
    if (count !== 0) store<u32>(NODE_COUNTS + distinct++ * 4, (count << 8) | symbol);
  }
  // Shell's sort: gaps that shrink by about 4, as few comparisons as any for 256 numbers.
  for (let gap: u32 = 85; gap > 0; gap >>= 2) {
    for (let i = gap; i < distinct; i++) {
      const moved = load<u32>(NODE_COUNTS + i * 4);
      let at = i;
      for (; at >= gap && load<u32>(NODE_COUNTS + (at - gap) * 4) > moved; at -= gap) {
        store<u32>(NODE_COUNTS + at * 4, load<u32>(NODE_COUNTS + (at - gap) * 4));
      }
      store<u32>(NODE_COUNTS + at * 4, moved);
    }
  }
  for (let i: u32 = 0; i < distinct; i++) {
    const entry = load<u32>(NODE_COUNTS + i * 4);
    store<u8>(ORDER + i, <u8>entry);
    store<u32>(NODE_COUNTS + i * 4, entry >> 8);
  }
  return distinct;
}

/** Join the two rarest nodes until one is left: joined nodes come in order, so two queues are enough. */
function measureDepths(distinct: u32): void {
  const root = distinct * 2 - 2;
  let leaf: u32 = 0;
  let joined = distinct;
  for (let node = distinct; node <= root; node++) {
    let count: u32 = 0;
    for (let child = 0; child < 2; child++) {
      const isRarer = joined === node || load<u32>(NODE_COUNTS + leaf * 4) <= load<u32>(NODE_COUNTS + joined * 4);
      const taken = leaf < distinct && isRarer ? leaf++ : joined++;
      count += load<u32>(NODE_COUNTS + taken * 4);
      store<u16>(NODE_PARENTS + taken * 2, <u16>node);
    }
    store<u32>(NODE_COUNTS + node * 4, count);
  }
  store<u8>(NODE_DEPTHS + root, 0);
  for (let node = <i32>root - 1; node >= 0; node--) {
    store<u8>(NODE_DEPTHS + node, load<u8>(NODE_DEPTHS + load<u16>(NODE_PARENTS + node * 2)) + 1);
  }
}

/** The share of all codes of the longest length that a code of length `depth` takes. */
function shareOf(depth: u32): i32 {
  return 1 << (MAX_CODE_BITS - depth);
}

/** Cut codes to the longest length and lengthen others, the rarest first, until they fit. Returns what is then left. */
function limitDepths(distinct: u32): i32 {
  let left = shareOf(0);
  for (let i: u32 = 0; i < distinct; i++) {
    const depth = min(<u32>load<u8>(NODE_DEPTHS + i), MAX_CODE_BITS);
    store<u8>(NODE_DEPTHS + i, <u8>depth);
    left -= shareOf(depth);
  }
  for (let i: u32 = 0; left < 0; ) {
    const depth = <u32>load<u8>(NODE_DEPTHS + i);
    if (depth === MAX_CODE_BITS) {
      i++;
      continue;
    }
    store<u8>(NODE_DEPTHS + i, <u8>(depth + 1));
    left += shareOf(depth + 1);
  }
  return left;
}

/** Shorten codes, the most frequent first, until nothing is `left`: a tree has to be complete. */
function fillUp(distinct: u32, left: i32): void {
  while (left > 0) {
    for (let i = <i32>distinct - 1; i >= 0; i--) {
      const depth = <u32>load<u8>(NODE_DEPTHS + i);
      if (shareOf(depth) > left) continue;
      store<u8>(NODE_DEPTHS + i, <u8>(depth - 1));
      left -= shareOf(depth);
    }
  }
}

/** Small weights, which are long codes, come first; within a weight symbols keep their order. */
function assignCodes(distinct: u32, tree: usize): void {
  memory.fill(WEIGHTS, 0, 256);
  memory.fill(tree, 0, 1024);
  let longest: u32 = 0;
  for (let i: u32 = 0; i < distinct; i++) longest = max(longest, <u32>load<u8>(NODE_DEPTHS + i));
  for (let i: u32 = 0; i < distinct; i++) {
    store<u8>(WEIGHTS + load<u8>(ORDER + i), <u8>(longest + 1 - load<u8>(NODE_DEPTHS + i)));
  }
  memory.fill(NEXT_CODES, 0, 64);
  for (let symbol: u32 = 0; symbol < 256; symbol++) {
    const at = NEXT_CODES + <u32>load<u8>(WEIGHTS + symbol) * 4;
    store<u32>(at, load<u32>(at) + 1);
  }
  let position: u32 = 0;
  for (let weight: u32 = 1; weight <= longest; weight++) {
    const count = load<u32>(NEXT_CODES + weight * 4);
    store<u32>(NEXT_CODES + weight * 4, position >> (weight - 1));
    position += count << (weight - 1);
  }
  for (let symbol: u32 = 0; symbol < 256; symbol++) {
    const weight = <u32>load<u8>(WEIGHTS + symbol);
    if (weight === 0) continue;
    const at = NEXT_CODES + weight * 4;
    const code = load<u32>(at);
    store<u32>(at, code + 1);
    store<u32>(tree + symbol * 4, code | ((longest + 1 - weight) << 16));
  }
}

/** Bits that the literals in COUNTS take with the codes of `tree`; -1 where one has no code. */
export function bitsWith(tree: usize): i32 {
  let bits: u32 = 0;
  for (let symbol: u32 = 0; symbol < 256; symbol++) {
    const count = load<u32>(COUNTS + symbol * 4);
    if (count === 0) continue;
    const length = load<u32>(tree + symbol * 4) >> 16;
    if (length === 0) return -1;
    bits += count * length;
  }
  return bits;
}

/** Write the literals from `start` to `end` to `target` as a stream, the last first. Returns the address behind it. */
export function encodeStream(tree: usize, start: usize, end: usize, target: usize): usize {
  let bits: u64 = 0;
  let held: u32 = 0;
  while (end > start) {
    // Five codes of at most 11 bits, and 7 bits that are left, are what the container holds.
    const stop = max(start, end - 5);
    while (end > stop) {
      const code = load<u32>(tree + (<usize>load<u8>(--end) << 2));
      bits |= <u64>(code & 0xffff) << held;
      held += code >> 16;
    }
    store<u64>(target, bits);
    target += held >> 3;
    bits >>= held & 56;
    held &= 7;
  }
  store<u8>(target, <u8>(bits | ((<u64>1) << held)));
  return target + 1;
}
