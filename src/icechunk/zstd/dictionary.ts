import { ZstdFault } from "./fault.js";
import { parseFseTable } from "./fse.js";
import { type HuffmanTable, parseHuffmanTable } from "./huffman.js";
import { littleEndian, pad } from "./padded-input.js";
import { literalLengthKind, matchLengthKind, offsetKind, type SequenceTables } from "./sequences.js";

/** First bytes of a dictionary in zstd's own format (RFC 8878, 5). */
const dictionaryMagic = 0xec30a437;

/** What frames may refer to besides their own bytes. */
export interface ZstdDictionary {
  /** 0 for raw content. */
  id: number;
  content: Uint8Array;
  tree: HuffmanTable | null;
  tables: SequenceTables | null;
  repeatOffsets: readonly [number, number, number];
}

/** The offsets in force at the start of a frame without dictionary (RFC 8878, 3.1.1.5). */
export const initialRepeatOffsets = [1, 4, 8] as const;

/** Read a dictionary as `zstd --train` makes them; bytes without its magic number are content only. */
export function parseDictionary(bytes: Uint8Array): ZstdDictionary {
  const padded = pad(bytes);
  const end = bytes.length;
  if (end < 8 || littleEndian(padded, 0, 4) !== dictionaryMagic) {
    return { id: 0, content: bytes.slice(), tree: null, tables: null, repeatOffsets: initialRepeatOffsets };
  }
  const tree = parseHuffmanTable(padded, 8, end);
  const offsets = parseFseTable(padded, tree.end, end, offsetKind.maxSymbol, offsetKind.maxAccuracyLog);
  const matches = parseFseTable(padded, offsets.end, end, matchLengthKind.maxSymbol, matchLengthKind.maxAccuracyLog);
  const literals = parseFseTable(
    padded,
    matches.end,
    end,
    literalLengthKind.maxSymbol,
    literalLengthKind.maxAccuracyLog,
  );
  const contentStart = literals.end + 12;
  if (contentStart > end) throw new ZstdFault("a dictionary is cut off");
  return {
    id: littleEndian(padded, 4, 4),
    content: bytes.slice(contentStart),
    tree: tree.table,
    tables: { offsets: offsets.table, matchLengths: matches.table, literalLengths: literals.table },
    repeatOffsets: [
      littleEndian(padded, literals.end, 4),
      littleEndian(padded, literals.end + 4, 4),
      littleEndian(padded, literals.end + 8, 4),
    ],
  };
}
