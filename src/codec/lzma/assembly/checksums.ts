/** The checksums of xz (The .xz File Format, section 6): reflected, all ones before and after. */
import { CRC32_TABLE, CRC64_TABLE } from "./memory-map";

const CRC32_POLYNOMIAL: u64 = 0xedb88320;
const CRC64_POLYNOMIAL: u64 = 0xc96c5795d7870f42;

function tableEntry(byte: u64, polynomial: u64): u64 {
  let entry = byte;
  for (let bit = 0; bit < 8; bit++) entry = (entry >> 1) ^ (polynomial & (0 - (entry & 1)));
  return entry;
}

let hasTables: bool = false;

function makeTables(): void {
  if (hasTables) return;
  hasTables = true;
  for (let byte: usize = 0; byte < 256; byte++) {
    store<u32>(CRC32_TABLE + (byte << 2), <u32>tableEntry(byte, CRC32_POLYNOMIAL));
    store<u64>(CRC64_TABLE + (byte << 3), tableEntry(byte, CRC64_POLYNOMIAL));
  }
}

export function crc32(source: usize, length: usize): u32 {
  makeTables();
  let sum: u32 = 0xffffffff;
  for (let at = source; at < source + length; at++) {
    sum = load<u32>(CRC32_TABLE + ((<usize>((sum ^ load<u8>(at)) & 0xff)) << 2)) ^ (sum >> 8);
  }
  return ~sum;
}

export function crc64(source: usize, length: usize): u64 {
  makeTables();
  let sum: u64 = 0xffffffffffffffff;
  for (let at = source; at < source + length; at++) {
    sum = load<u64>(CRC64_TABLE + ((<usize>((<u32>sum ^ load<u8>(at)) & 0xff)) << 3)) ^ (sum >> 8);
  }
  return ~sum;
}
