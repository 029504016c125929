/** What GDAL_METADATA says of one item. */
interface MetadataItem {
  name: string;
  /** Zero-based band; null for the whole dataset. */
  band: number | null;
  role: string | null;
  domain: string | null;
  text: string;
}

/** The parts of GDAL_METADATA that describe the raster. */
export interface GdalMetadata {
  /** Items of the whole dataset; those of another domain than the default as "DOMAIN:NAME". */
  dataset: Record<string, string>;
  /** By zero-based band. */
  descriptions: Map<number, string>;
  scales: Map<number, number>;
  offsets: Map<number, number>;
  colorInterpretations: Map<number, string>;
}

/**
 * GDAL_METADATA (tag 42112): `<GDALMetadata><Item name= sample= role= domain=>text</Item>…</GDALMetadata>`.
 *
 * Not a general XML parser: items do not nest, and whatever is not an item is passed over.
 */
export function parseGdalMetadata(xml: string): GdalMetadata {
  const metadata: GdalMetadata = {
    dataset: {},
    descriptions: new Map(),
    scales: new Map(),
    offsets: new Map(),
    colorInterpretations: new Map(),
  };
  for (const item of parseItems(xml)) {
    if (item.band === null) {
      const name = item.domain === null ? item.name : `${item.domain}:${item.name}`;
      metadata.dataset[name] = item.text;
    } else if (item.role === "description") {
      metadata.descriptions.set(item.band, item.text);
    } else if (item.role === "colorinterp") {
      metadata.colorInterpretations.set(item.band, item.text);
    } else if (item.role === "scale" || item.role === "offset") {
      const value = Number.parseFloat(item.text);
      if (Number.isFinite(value)) metadata[`${item.role}s`].set(item.band, value);
    }
  }
  return metadata;
}

function* parseItems(xml: string): Generator<MetadataItem> {
  for (const [, attributes = "", text = ""] of xml.matchAll(/<Item\b([^>]*?)(?:\/>|>([^<]*)<\/Item>)/g)) {
    const found = new Map<string, string>();
    for (const [, name = "", double, single] of attributes.matchAll(/(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
      found.set(name, decodeEntities(double ?? single ?? ""));
    }
    const sample = found.get("sample");
    const band = sample === undefined ? null : Number(sample);
    yield {
      name: found.get("name") ?? "",
      band,
      role: found.get("role") ?? null,
      domain: found.get("domain") || null,
      text: decodeEntities(text),
    };
  }
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
