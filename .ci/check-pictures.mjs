/** Ends with code 1 unless the folder holds at least one PNG and one SVG that have something in them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const names = readdirSync(folder, { recursive: true }).map(String);
const pngs = names.filter((name) => name.endsWith(".png") && isPng(readFileSync(join(folder, name))));
const svgs = names.filter((name) => name.endsWith(".svg") && isSvg(readFileSync(join(folder, name), "utf8")));
console.log(`pictures: ${[...pngs, ...svgs].join(", ") || "none"}`);
process.exitCode = pngs.length > 0 && svgs.length > 0 ? 0 : 1;

/** Signature, then IHDR with a width and height, and more bytes than a picture of one colour needs. */
function isPng(bytes) {
  const isSigned = bytes.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"));
  return isSigned && bytes.length > 1000 && bytes.readUInt32BE(16) > 0 && bytes.readUInt32BE(20) > 0;
}

function isSvg(text) {
  return (
    text.trimStart().startsWith("<svg") && text.trimEnd().endsWith("</svg>") && /<(path|circle|polyline)\b/.test(text)
  );
}
