/** Which table a block's codes are written with: the one that takes fewest bits (RFC 8878, 3.1.1.3.2.1). */
import { PROBABILITIES } from "../memory-map";
import { buildEncodingTable, buildSingleSymbolTable, costWith, describeTable } from "./fse";
import { COUNTS, FSE_TABLE_BYTES, FSE_TABLES } from "./memory-map";
import { accuracyFor, normalize } from "./normalize";

const PREDEFINED: u32 = 0;
const SINGLE_SYMBOL: u32 = 1;
const DESCRIBED: u32 = 2;
const REPEATED: u32 = 3;

/** For each kind: default, last and fresh table, largest accuracy, modes of the last block and of this one. */
const kinds: usize = memory.data(3 * 24);

/** What {@link chooseTable} chose: a mode, a table, and how many bytes its description takes. */
export let chosenMode: u32 = 0;
export let chosenTable: usize = 0;
export let chosenBytes: u32 = 0;

/** Say what tables a kind of codes may have. */
export function defineKind(kind: u32, defaults: usize, last: u32, accuracy: u32, maxAccuracy: u32): void {
  const at = kinds + kind * 24;
  const tables = FSE_TABLES + kind * 3 * FSE_TABLE_BYTES;
  store<u32>(at, tables);
  store<u32>(at + 4, tables + FSE_TABLE_BYTES);
  store<u32>(at + 8, tables + 2 * FSE_TABLE_BYTES);
  store<u32>(at + 12, maxAccuracy);
  buildEncodingTable(defaults, last, accuracy, tables);
}

/** There is no last block. */
export function forgetTables(): void {
  for (let kind: usize = 0; kind < 3; kind++) store<u64>(kinds + kind * 24 + 16, 0);
}

/** The block was taken: what it brought is what later ones may repeat. */
export function keepTables(): void {
  for (let at = kinds; at < kinds + 3 * 24; at += 24) {
    const mode = load<u32>(at + 20);
    if (mode === REPEATED) continue;
    store<u32>(at + 16, mode);
    if (mode !== DESCRIBED) continue;
    const brought = load<u32>(at + 8);
    store<u32>(at + 8, load<u32>(at + 4));
    store<u32>(at + 4, brought);
  }
}

/** Choose the table of `count` codes at `codes`, and write its description to `target`. */
export function chooseTable(kind: u32, codes: usize, count: u32, target: usize): void {
  const at = kinds + kind * 24;
  const last = countCodes(codes, count);
  choose(PREDEFINED, load<u32>(at), 0);
  let cost = costWith(chosenTable, last);
  if (load<u32>(at + 16) === DESCRIBED) {
    const repeated = costWith(load<u32>(at + 4), last);
    if (repeated < cost) {
      cost = repeated;
      choose(REPEATED, load<u32>(at + 4), 0);
    }
  }
  const distinct = countDistinct(last);
  if (distinct === 1) chooseSingleSymbol(at, last, cost, target);
  else chooseDescribed(at, last, accuracyFor(count, distinct, load<u32>(at + 12)), count, cost, target);
  store<u32>(at + 20, chosenMode);
}

/** Choose a table of the only code where that is cheaper. */
function chooseSingleSymbol(kind: usize, code: u32, cost: f32, target: usize): void {
  if (cost <= 8) return;
  choose(SINGLE_SYMBOL, load<u32>(kind + 8), 1);
  buildSingleSymbolTable(code, chosenTable);
  store<u8>(target, <u8>code);
}

/** Choose a fresh table where that is cheaper, its description included. */
function chooseDescribed(kind: usize, last: u32, accuracy: u32, count: u32, cost: f32, target: usize): void {
  normalize(last, count, accuracy);
  const bytes = <u32>(describeTable(accuracy, target) - target);
  const ownCost = <f32>(bytes * 8);
  if (ownCost >= cost) return;
  const fresh = load<u32>(kind + 8);
  buildEncodingTable(PROBABILITIES, last, accuracy, fresh);
  if (ownCost + costWith(fresh, last) < cost) choose(DESCRIBED, fresh, bytes);
}

function choose(mode: u32, table: usize, bytes: u32): void {
  chosenMode = mode;
  chosenTable = table;
  chosenBytes = bytes;
}

/** Count codes into COUNTS. Returns the highest. */
function countCodes(codes: usize, count: u32): u32 {
  memory.fill(COUNTS, 0, 64 * 4);
  let last: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const code = <u32>load<u8>(codes + i);
    last = max(last, code);
    store<u32>(COUNTS + code * 4, load<u32>(COUNTS + code * 4) + 1);
  }
  return last;
}

function countDistinct(last: u32): u32 {
  let distinct: u32 = 0;
  for (let code: u32 = 0; code <= last; code++) if (load<u32>(COUNTS + code * 4) > 0) distinct++;
  return distinct;
}
