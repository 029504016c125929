/** What is wrong with a frame; {@link decompressZstd} turns it into an error that names the object. */
export class ZstdFault extends Error {
  override readonly name = "ZstdFault";
}
