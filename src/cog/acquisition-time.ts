/**
 * Metadata items that say when the scene was taken, best first. TIFFTAG_DATETIME comes last: many writers put the time
 * of processing there.
 */
const items = [
  "IMAGERY:ACQUISITIONDATETIME",
  "ACQUISITIONDATETIME",
  "ACQUISITION_DATETIME",
  "acquisitionTime",
  "acquisition_time",
  "datetime",
  "SENSING_TIME",
  "PRODUCT_START_TIME",
  "DATE_ACQUIRED",
  "ACQUISITION_DATE",
  "TIFFTAG_DATETIME",
] as const;

/** Time of day beside DATE_ACQUIRED, in Landsat's own metadata. */
const landsatTime = "SCENE_CENTER_TIME";

/** The acquisition time of a file from its metadata: ISO 8601 in UTC, or null where no item holds a possible date. */
export function acquisitionTime(metadata: Readonly<Record<string, string>>): string | null {
  for (const name of items) {
    const text = metadata[name];
    if (text === undefined) continue;
    const time = name === "DATE_ACQUIRED" ? metadata[landsatTime]?.replaceAll('"', "") : undefined;
    const parsed = parseTime(time === undefined ? text : `${text}T${time}`);
    if (parsed !== null) return parsed;
  }
  return null;
}

/**
 * "2018-01-31", "2018:01:31 10:11:12" (TIFF 6.0, DateTime), "2018-01-31T10:11:12.5Z", "…+09:00"; null for anything else and
 * for dates that do not exist. A time without a zone is UTC.
 */
function parseTime(text: string): string | null {
  const match =
    /^\s*(\d{4})[-:/](\d{2})[-:/](\d{2})(?:[T ]+(\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*(Z|UTC|[-+]\d{2}:?\d{2})?)?\s*$/i.exec(
      text,
    );
  if (match === null) return null;
  const [, year, month, day, hour = "00", minute = "00", second = "00", zone = "Z"] = match;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (Number(year) < 1000 || date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) >= 60) return null;
  const offset = /^[-+]/.test(zone)
    ? Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)))
    : 0;
  const milliseconds =
    date.getTime() + (Number(hour) * 60 + Number(minute) - offset) * 60_000 + Math.round(Number(second) * 1000);
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}
