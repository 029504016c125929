import type { SourceFile } from "../sources/scan.js";

/** The path below the source without its ending, then with it, then with the container: the first free one is taken. */
export function sceneIds(file: Pick<SourceFile, "key">, container: string): string[] {
  return [file.key.replace(/\.[^./]*$/, ""), file.key, `${container}/${file.key}`];
}
