/** A CRS for people: `EPSG:32618` as it is, the name of any other, "none" for null. */
export function crsLabel(crs: string | null): string {
  if (crs === null) return "none";
  if (/^[A-Z]+:\d+$/.test(crs)) return crs;
  return nameInProjJson(crs) ?? /^[^"]*\["([^"]+)"/.exec(crs)?.[1] ?? (crs.startsWith("+") ? crs : "custom");
}

function nameInProjJson(crs: string): string | null {
  if (!crs.startsWith("{")) return null;
  try {
    const { name } = JSON.parse(crs) as { name?: unknown };
    return typeof name === "string" ? name : null;
  } catch {
    return null;
  }
}
