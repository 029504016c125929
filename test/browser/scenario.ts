/** Time steps written at first; one more is appended. */
export const stepCount = 5000;
export const filesPerStep = 28;

/** A name with a space, which is encoded in URLs and nowhere else. */
export function fileName(index: number): string {
  return `band ${index}.bin`;
}

/** Four bytes a step: the file's number, the step's number in two bytes, and 200 and up. */
export function fileBytes(index: number): Uint8Array {
  const bytes = new Uint8Array((stepCount + 1) * 4);
  for (let step = 0; step <= stepCount; step++) {
    bytes.set([index, step >> 8, step & 0xff, 200 + (step % 50)], step * 4);
  }
  return bytes;
}
