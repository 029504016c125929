import { createMutant, type Mutation } from "./mutant.js";
import { blockMutations } from "./mutations-of-blocks.js";
import { fieldMutations } from "./mutations-of-fields.js";
import { fileMutations } from "./mutations-of-files.js";
import { createRandom } from "./random.js";

/** A broken file, and the names of what was done to it. */
export interface MutatedFile {
  bytes: Uint8Array;
  mutations: string[];
}

/** Each kind is drawn as often as the others: fields decide what is read, blocks what decoders see. */
const kinds: readonly (readonly (readonly [string, Mutation])[])[] = [
  Object.entries(fieldMutations),
  Object.entries(blockMutations),
  Object.entries(blockMutations),
  Object.entries(fileMutations),
];

/** Names of all mutations there are. */
export const mutationNames: readonly string[] = [...new Set(kinds.flat().map(([name]) => name))];

/** Break a sound TIFF in one to three ways; the same seed breaks the same file in the same ways. */
export function mutate(file: Uint8Array, seed: string): MutatedFile {
  const random = createRandom(seed);
  const mutant = createMutant(file, random);
  const mutations: string[] = [];
  for (let faults = random.pick([1, 1, 1, 2, 2, 3]); faults > 0; faults--) {
    const [name, mutation] = random.pick(random.pick(kinds));
    mutations.push(name);
    mutation(mutant);
  }
  return { bytes: mutant.bytes, mutations };
}
