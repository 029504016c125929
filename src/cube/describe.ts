import { GridMismatchError } from "../errors.js";
import type { Coordinate } from "../ndarray/nd-array.js";
import { coordsOf, dimsOf, geoBoxOfArray, type LazyArray, shapeOf } from "./lazy-array.js";

/** Labels shown of a dimension before it is cut in the middle. */
const SHOWN = 6;

/** Lines about an array: what it is, its dimensions, its labels. Nothing is read. */
export function describeArray(name: string, array: LazyArray): string {
  const lines = [`<DataArray ${name}${sizesText(array)}>  ${array.node.dtype}, lazy`];
  return [...lines, ...coordLines(coordsOf(array)), ...placeLines(array)].join("\n");
}

/** The same as a small HTML table, for notebooks. */
export function describeArrayAsHtml(name: string, array: LazyArray): string {
  const rows = Object.entries(coordsOf(array)).map(
    ([key, { dims, values }]) =>
      `<tr><th>${escapeHtml(key)}</th><td>(${escapeHtml(dims.join(", "))})</td><td>${escapeHtml(labelsText(values))}</td></tr>`,
  );
  const place = placeLines(array).map((line) => `<div>${escapeHtml(line.trim())}</div>`);
  const title = `DataArray <b>${escapeHtml(name)}</b>${escapeHtml(sizesText(array))} ${array.node.dtype}`;
  return `<div>${title}</div><table>${rows.join("")}</table>${place.join("")}`;
}

/** Dimensions with their lengths: ` (time: 243, y: 874, x: 3519)`. */
export function sizesText(array: LazyArray): string {
  const dims = dimsOf(array);
  if (dims.length === 0) return "";
  const shape = array.frame instanceof GridMismatchError ? null : shapeOf(array);
  return ` (${dims.map((dim, i) => `${dim}: ${shape?.[i] ?? "?"}`).join(", ")})`;
}

/** One line for each coordinate. */
export function coordLines(coords: Readonly<Record<string, Coordinate>>): string[] {
  const entries = Object.entries(coords);
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(
    ([name, { dims, values }]) => `  ${name.padEnd(width)}  (${dims.join(", ")})  ${labelsText(values)}`,
  );
}

function placeLines(array: LazyArray): string[] {
  if (array.frame instanceof GridMismatchError) return [`  no common grid: ${array.frame.message}`];
  const box = geoBoxOfArray(array);
  if (box === null) return [];
  const [a, , , , e] = box.transform;
  return [`  crs: ${box.crs.code ?? box.crs.name ?? "user-defined"}, pixels of ${Math.abs(a)} × ${Math.abs(e)}`];
}

function labelsText(values: Coordinate["values"]): string {
  const text = (value: Date | number | string | undefined) => {
    if (value instanceof Date)
      return value
        .toISOString()
        .replace(/T00:00:00\.000Z$/, "")
        .replace(/\.000Z$/, "Z");
    return typeof value === "number" ? String(Number(value.toPrecision(9))) : String(value);
  };
  const all = Array.from(values as ArrayLike<Date | number | string>);
  if (all.length <= SHOWN) return all.map(text).join(", ");
  return `${all
    .slice(0, SHOWN / 2)
    .map(text)
    .join(", ")} … ${all.slice(-2).map(text).join(", ")}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
