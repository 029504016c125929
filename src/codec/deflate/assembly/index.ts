export { HEAP } from "./memory-map";
export { inflate } from "./inflate";
export { expandLzw } from "./lzw";
export { gatherFloat, sumFloatBytes, unpack16, unpack32, unpack4x16, unpack64, unpack8 } from "./planes";
