import type { Command } from "commander";
import type { CliContext } from "./context.js";

/** Gives a command its arguments, options, examples and action. */
export type DefineCommand = (command: Command, context: CliContext) => void;

/** A command as the program's help lists it. Its module is loaded when it is asked for: help must not cost a second. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<DefineCommand>;
}

/** Every command, in the order in which people meet them. */
export const commandEntries: readonly CommandEntry[] = [
  {
    name: "inspect",
    summary: "what a TIFF or a folder of them holds, from headers alone",
    load: async () => (await import("./commands/inspect.js")).defineInspect,
  },
  {
    name: "ingest",
    summary: "turn files into scenes of a warehouse, in one commit, without copying a pixel",
    load: async () => (await import("./commands/ingest.js")).defineIngest,
  },
  {
    name: "merge",
    summary: "bring what is staged on a branch into main, or say what that would bring",
    load: async () => (await import("./commands/merge.js")).defineMerge,
  },
  {
    name: "branches",
    summary: "branches of a warehouse, and how far they are ahead of main",
    load: async () => (await import("./commands/branches.js")).defineBranches,
  },
  {
    name: "info",
    summary: "products, scenes, bands, time range, size, snapshots",
    load: async () => (await import("./commands/info.js")).defineInfo,
  },
  {
    name: "scenes",
    summary: "the scenes of a warehouse, by product, time and place",
    load: async () => (await import("./commands/scenes.js")).defineScenes,
  },
  {
    name: "products",
    summary: "the products that are known by their files' names, and your own",
    load: async () => (await import("./commands/products.js")).defineProducts,
  },
  {
    name: "timeseries",
    summary: "what was at a longitude and latitude, scene by scene",
    load: async () => (await import("./commands/timeseries.js")).defineTimeseries,
  },
  {
    name: "demo",
    summary: "the main job on real scenes that come with the package: no network needed",
    load: async () => (await import("./commands/demo.js")).defineDemo,
  },
];
