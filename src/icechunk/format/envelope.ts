import { CorruptDataError, UnsupportedError } from "../../errors.js";
import { compressZstd } from "../zstd/compress.js";
import { decompressZstd } from "../zstd/decompress.js";
import { compareBytes } from "./object-id.js";

/** "ICE🧊CHUNK" in UTF-8 (spec, "File envelope"). */
const magic = new Uint8Array([0x49, 0x43, 0x45, 0xf0, 0x9f, 0xa7, 0x8a, 0x43, 0x48, 0x55, 0x4e, 0x4b]);
const headerBytes = 39;
const writerNameBytes = 24;
const writerName = "pixelquery";

/** The file type byte, 38th of the header. */
export const fileTypes = { snapshot: 1, manifest: 2, transactionLog: 4, repository: 6 } as const;
export type FileType = keyof typeof fileTypes;

/** The spec version byte is 2 for 2.0 and 2.1 alike. */
const writtenSpecVersion = 2;
const compressionNone = 0;
const compressionZstd = 1;

/** No file of the format comes near this once decompressed; a frame that claims more is hostile. */
const largestPayloadBytes = 2 ** 30;

/** The payload of a file and the version of the specification it was written for. */
export interface Opened {
  payload: Uint8Array;
  specVersion: number;
}

/** `payload` compressed and behind Icechunk's header. Official readers refuse uncompressed files. */
export async function wrapFile(type: FileType, payload: Uint8Array, compressionLevel: number): Promise<Uint8Array> {
  const compressed = await compressZstd(payload, compressionLevel);
  const file = new Uint8Array(headerBytes + compressed.length);
  file.set(magic);
  file.fill(0x20, magic.length, magic.length + writerNameBytes);
  file.set(new TextEncoder().encode(writerName), magic.length);
  file.set([writtenSpecVersion, fileTypes[type], compressionZstd], magic.length + writerNameBytes);
  file.set(compressed, headerBytes);
  return file;
}

/**
 * The payload behind Icechunk's header, decompressed.
 *
 * @param key the object that the bytes came from, for messages.
 * @throws CorruptDataError where the header is not Icechunk's, the type is another one, or the payload is damaged.
 * @throws UnsupportedError where the file was written for a newer spec version.
 */
export async function unwrapFile(type: FileType, file: Uint8Array, key: string): Promise<Opened> {
  if (file.length < headerBytes || compareBytes(file.subarray(0, magic.length), magic) !== 0) {
    throw new CorruptDataError(`${key} is not an Icechunk file.`, { details: { key } });
  }
  const [specVersion, fileType, compression] = file.subarray(magic.length + writerNameBytes, headerBytes);
  if (specVersion !== 1 && specVersion !== 2) {
    throw new UnsupportedError(`${key} was written for Icechunk spec version ${specVersion}; 1 and 2 can be read.`, {
      details: { key, specVersion: specVersion ?? null },
    });
  }
  if (fileType !== fileTypes[type]) {
    throw new CorruptDataError(`${key} is of file type ${fileType}, not a ${type} (${fileTypes[type]}).`, {
      details: { key, fileType: fileType ?? null },
    });
  }
  const body = file.subarray(headerBytes);
  if (compression === compressionNone) return { payload: body, specVersion };
  if (compression !== compressionZstd) {
    throw new UnsupportedError(`${key} uses the unknown compression ${compression}.`, { details: { key } });
  }
  return { payload: await decompressZstd(body, { key, limitBytes: largestPayloadBytes }), specVersion };
}
