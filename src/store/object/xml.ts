import { SaxesParser } from "saxes";
import { CorruptDataError } from "../../errors.js";

/** Servers nest a handful of elements; nothing deeper is taken. */
const deepestNesting = 32;

/** An element of an XML document. Attributes, comments and namespaces are left out: no answer of a store needs them. */
export interface XmlElement {
  /** Without a namespace prefix. */
  name: string;
  /** The element's own text, entities resolved. */
  text: string;
  children: XmlElement[];
}

/**
 * The root element of a well-formed XML document.
 *
 * @param source what messages call the document's origin.
 * @throws CorruptDataError where it is not well-formed, is cut off, or declares a document type.
 */
export function parseXml(xml: string, source: string): XmlElement {
  const outside: XmlElement = { name: "", text: "", children: [] };
  const open = [outside];
  const parser = new SaxesParser();
  const fail = (reason: string, cause?: unknown): never => {
    throw new CorruptDataError(`The answer from ${source} is no XML that can be read: ${reason}.`, {
      details: { url: source },
      cause,
    });
  };
  parser.on("error", (error) => fail(error.message, error));
  // The only place where XML could name files or grow without bound.
  parser.on("doctype", () => fail("it declares a document type"));
  parser.on("opentag", ({ name }) => {
    if (open.length > deepestNesting) fail(`more than ${deepestNesting} elements inside each other`);
    const element: XmlElement = { name: name.slice(name.indexOf(":") + 1), text: "", children: [] };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  const addText = (text: string) => {
    open.at(-1)!.text += text;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    open.pop();
  });
  parser.write(xml).close();
  return outside.children[0] ?? fail("it holds no element");
}

/** The first child of that name; null where there is none. */
export function childOf(element: XmlElement, name: string): XmlElement | null {
  return element.children.find((child) => child.name === name) ?? null;
}

/** Every child of that name, in order. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The text of the first child of that name, without space around it; null where there is no such child. */
export function textOf(element: XmlElement, name: string): string | null {
  return childOf(element, name)?.text.trim() ?? null;
}
