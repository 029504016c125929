import { SaxesParser } from "saxes";
import { CorruptDataError } from "../../errors.js";
import { assertLength } from "./scene-metadata.js";

/** The largest sidecar, a Sentinel-2 tile's with all its angles, has a million characters. */
const MAX_LENGTH = 16_000_000;
/** Sidecars nest some ten elements. */
const MAX_DEPTH = 64;
/** Text of one element that is kept; what is read is a number, a date or a name. */
const MAX_TEXT = 1000;

/** An element that has ended: its name without prefix, its parent's, its attributes and the text directly in it. */
export interface XmlElement {
  readonly name: string;
  readonly parent: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Calls `visit` for each element of an XML document as it ends; no tree is built. Entities that the document declares
 * itself are refused with the declaration.
 *
 * @throws CorruptDataError where it is not well formed, is too long or nests too deeply.
 */
export function visitElements(text: string, source: string, visit: (element: XmlElement) => void): void {
  const open: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const parser = new SaxesParser();
  parser.on("error", (cause) => fail(source, `not well-formed XML: ${cause.message}`, cause));
  parser.on("doctype", () => fail(source, "has a document type declaration, which no sidecar needs"));
  parser.on("opentag", ({ name, attributes }) => {
    if (open.length >= MAX_DEPTH) fail(source, `nests more than ${MAX_DEPTH} elements`);
    open.push({ name: localName(name), attributes, text: "" });
  });
  const keepText = (part: string) => {
    const element = open.at(-1);
    if (element !== undefined && element.text.length < MAX_TEXT) element.text += part.slice(0, MAX_TEXT);
  };
  parser.on("text", keepText);
  parser.on("cdata", keepText);
  parser.on("closetag", () => {
    const element = open.pop();
    if (element !== undefined) visit({ ...element, text: element.text.trim(), parent: open.at(-1)?.name ?? null });
  });
  parser.write(assertLength(text, MAX_LENGTH, source)).close();
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function fail(source: string, what: string, cause?: unknown): never {
  throw new CorruptDataError(`${source}: ${what}`, { details: { source }, cause });
}
