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

/** A quality band that data providers deliver, and the rules that find clouds in it. */
export interface CloudBand {
  readonly band: string;
  /** Where the meaning is written down. */
  readonly source: string;
  readonly rules: readonly Omit<MaskRule, "band">[];
}

/** Known quality bands; a dataset's are found by their names. */
export const cloudBands: readonly CloudBand[] = [
  {
    band: "SCL",
    source: "Sentinel-2 Level-2A Algorithm Theoretical Basis Document, scene classification",
    // Cloud shadow, cloud of medium and high probability, thin cirrus.
    rules: [{ values: [3, 8, 9, 10] }],
  },
  {
    band: "QA_PIXEL",
    source: "Landsat 8-9 Collection 2 Level 2 Science Product Guide, pixel quality band",
    // Dilated cloud, cirrus, cloud, cloud shadow.
    rules: [{ bits: [1, 2, 3, 4] }],
  },
  {
    band: "BQA",
    source: "Landsat Collection 1 Level-1 quality assessment band",
    // Cloud; cloud shadow and cirrus of high confidence.
    rules: [{ bits: [4] }, { bitRange: [7, 8], values: [3] }, { bitRange: [11, 12], values: [3] }],
  },
  {
    band: "Fmask",
    source: "Harmonized Landsat Sentinel-2 (HLS) User Guide 2.0, quality assessment layer",
    // Cloud, beside cloud or shadow, cloud shadow.
    rules: [{ bits: [1, 2, 3] }],
  },
  {
    band: "CLM",
    source: "s2cloudless cloud mask, 1 is cloud",
    rules: [{ values: [1] }],
  },
  {
    band: "clear",
    source: "Planet usable data mask 2 (UDM2), band 1",
    rules: [{ values: [0] }],
  },
];

/** Rules of the first known quality band among a dataset's bands; [] where there is none. */
export function cloudRulesFor(bands: readonly string[]): MaskRule[] {
  for (const { band, rules } of cloudBands) {
    const own = bands.find((name) => name.toLowerCase() === band.toLowerCase());
    if (own !== undefined) return rules.map((rule) => ({ ...rule, band: own }));
  }
  return [];
}
