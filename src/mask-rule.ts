/**
 * What takes pixels away, as data: where a band of quality flags has one of some bits set, or one of some values, in the
 * band itself or in a range of its bits.
 */
export interface MaskRule {
  /** The band that holds the flags or classes, as the files hold it: scale and offset never apply to it. */
  readonly band: string;
  /** Bits of which one is enough, counted from 0, the lowest. */
  readonly bits?: readonly number[];
  /** Lowest and highest bit of a field whose number `values` lists. */
  readonly bitRange?: readonly [low: number, high: number];
  /** Values that are taken away. */
  readonly values?: readonly number[];
  /** Pixels no further away than this, centre to centre, are taken away too; in units of the CRS. */
  readonly growMetres?: number;
}

/** Highest bit that a rule may ask: that of a 32-bit quality band. */
const MAX_BIT = 31;

/** What is wrong in a rule, for a message; null where nothing is. */
export function faultOfMaskRule({ bits, bitRange, values, growMetres }: MaskRule): string | null {
  const isBit = (bit: number) => Number.isInteger(bit) && bit >= 0 && bit <= MAX_BIT;
  if (growMetres !== undefined && !(growMetres >= 0 && Number.isFinite(growMetres))) {
    return `growMetres ${growMetres}: give a distance from 0`;
  }
  if (bits !== undefined) {
    const isSound = bits.length > 0 && bits.every(isBit) && values === undefined && bitRange === undefined;
    return isSound ? null : `give bits from 0 to ${MAX_BIT}, and neither values nor a bit range beside them`;
  }
  if (values === undefined || values.length === 0) {
    return "give bits, or values that are taken away, of all of the number or of a bitRange of it";
  }
  if (bitRange === undefined) return null;
  const [low, high] = bitRange;
  const isRange = isBit(low) && isBit(high) && low <= high;
  return isRange ? null : `bits ${low} to ${high} are no range from 0 to ${MAX_BIT}`;
}
