/** Undo xz's delta filter in place: every byte is the difference from the one `distance` bytes before it. */
export function undoDelta(target: usize, length: usize, distance: usize): void {
  const end = target + length;
  for (let at = target + distance; at < end; at++) store<u8>(at, load<u8>(at) + load<u8>(at - distance));
}
