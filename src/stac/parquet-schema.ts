import type { SchemaElement } from "hyparquet";

/** The type of a column, or of a part of one, as the values of all rows ask for it. */
export type ColumnType =
  | { kind: "boolean" | "integer" | "double" | "text" | "time" | "bytes" }
  | { kind: "list"; item: ColumnType }
  | { kind: "struct"; fields: Map<string, ColumnType> };

/**
 * The narrowest type that holds all values; null where there is none but null. Fields that only some structs have may be null;
 * what is text in one row and a number or an object in another is JSON text in all.
 */
export function columnType(values: readonly unknown[]): ColumnType | null {
  const present = values.filter((value) => value !== null && value !== undefined);
  const kinds = new Set(present.map(kindOf));
  if (kinds.size === 0) return null;
  if (kinds.size === 2 && kinds.has("integer") && kinds.has("double")) return { kind: "double" };
  const [kind = "text", ...others] = kinds;
  if (others.length > 0) return { kind: "text" };
  if (kind === "list") {
    return { kind, item: columnType((present as unknown[][]).flat()) ?? { kind: "text" } };
  }
  if (kind !== "struct") return { kind };
  const rows = present as Record<string, unknown>[];
  const fields = new Map<string, ColumnType>();
  for (const name of new Set(rows.flatMap((row) => Object.keys(row)))) {
    // STAC writes NaN and infinities as text among numbers.
    const type: ColumnType | null = name === "nodata" ? { kind: "double" } : columnType(rows.map((row) => row[name]));
    if (type !== null) fields.set(name, type);
  }
  // Parquet has no struct without fields.
  return fields.size === 0 ? null : { kind, fields };
}

function kindOf(value: unknown): ColumnType["kind"] {
  if (typeof value === "number") return Number.isSafeInteger(value) ? "integer" : "double";
  if (typeof value === "boolean") return "boolean";
  if (value instanceof Date) return "time";
  if (value instanceof Uint8Array) return "bytes";
  if (Array.isArray(value)) return "list";
  return typeof value === "object" ? "struct" : "text";
}

/** A value as its column takes it. */
export function columnValue(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case "list":
      return (value as unknown[]).map((item) => columnValue(item, type.item));
    case "struct": {
      const fields = value as Record<string, unknown>;
      return Object.fromEntries([...type.fields].map(([name, inner]) => [name, columnValue(fields[name], inner)]));
    }
    case "integer":
      return BigInt(value as number);
    case "double":
      return typeof value === "string" ? Number(value.replace("inf", "Infinity")) : value;
    case "text":
      return typeof value === "string" ? value : JSON.stringify(value);
    default:
      return value;
  }
}

/** The elements of a column in Parquet's schema, depth first. */
export function schemaElements(name: string, type: ColumnType): SchemaElement[] {
  const optional = { name, repetition_type: "OPTIONAL" as const };
  switch (type.kind) {
    case "boolean":
      return [{ ...optional, type: "BOOLEAN" }];
    case "integer":
      return [{ ...optional, type: "INT64" }];
    case "double":
      return [{ ...optional, type: "DOUBLE" }];
    case "text":
      return [{ ...optional, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } }];
    case "bytes":
      return [{ ...optional, type: "BYTE_ARRAY" }];
    case "time":
      return [
        {
          ...optional,
          type: "INT64",
          converted_type: "TIMESTAMP_MILLIS",
          logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
        },
      ];
    case "list":
      return [
        { ...optional, converted_type: "LIST", logical_type: { type: "LIST" }, num_children: 1 },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        ...schemaElements("element", type.item),
      ];
    case "struct":
      return [
        { ...optional, num_children: type.fields.size },
        ...[...type.fields].flatMap(([field, inner]) => schemaElements(field, inner)),
      ];
  }
}
