import * as fs from "node:fs";
import fc from "fast-check";
import { expect } from "vitest";
import { ConflictError } from "../../../src/errors.js";
import { type Conflict, Repository, type WritableSession } from "../../../src/icechunk/index.js";
import { FileStore } from "../../../src/store/index.js";
import { expectSameDiff, expectSameRepository } from "./agreement.js";
import type { OfficialEngine } from "./official-engine.js";
import {
  applyOurs,
  applyTheirs,
  type Move,
  modelOf,
  move,
  type PlannedStep,
  plan,
  type Step,
  step,
} from "./random-steps.js";

type OfficialRepository = InstanceType<OfficialEngine["Repository"]>;
type OfficialSession = InstanceType<OfficialEngine["Session"]>;

/** One thing that is done to a repository, by either engine. Snapshots are chosen by how far back they lie. */
export type Turn =
  | { kind: "change"; byUs: boolean; how: "commit" | "amend" | "flush"; branch: string; steps: Step[] }
  | { kind: "move"; byUs: boolean; how: "commit" | "amend"; branch: string; moves: Move[] }
  | { kind: "race"; byUs: boolean; firstByUs: boolean; branch: string; rounds: Step[][]; steps: Step[] }
  | { kind: "raceMoves"; byUs: boolean; branch: string; steps: Step[]; moves: Move[] }
  | { kind: "branch"; byUs: boolean; name: string; back: number }
  | { kind: "deleteBranch"; byUs: boolean; name: string }
  | { kind: "tag"; byUs: boolean; name: string; back: number }
  | { kind: "deleteTag"; byUs: boolean; name: string }
  | { kind: "flag"; byUs: boolean; setting: true | null }
  | { kind: "split"; sizes: [number, number, number]; byName: boolean };

const byUs = fc.boolean();
const branch = fc.constantFrom("main", "main", "dev", "side");
const steps = fc.array(step, { minLength: 1, maxLength: 6 });
const moves = fc.array(move, { minLength: 1, maxLength: 12 });
const size = fc.integer({ min: 1, max: 5 });
const back = fc.nat(6);
const tagName = fc.constantFrom("v1", "v2", "v3", "v4");

const turn = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("change"),
      byUs,
      how: fc.constantFrom("commit", "commit", "commit", "amend", "flush"),
      branch,
      steps,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("move"), byUs, how: fc.constantFrom("commit", "amend"), branch, moves }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("race"),
      byUs,
      firstByUs: fc.boolean(),
      branch,
      rounds: fc.array(steps, { minLength: 1, maxLength: 2 }),
      steps,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("raceMoves"), byUs, branch, steps, moves }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("branch"), byUs, name: branch, back }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("deleteBranch"), byUs, name: branch }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("tag"), byUs, name: tagName, back }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("deleteTag"), byUs, name: tagName }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("flag"), byUs, setting: fc.constantFrom(true, null) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("split"), sizes: fc.tuple(size, size, size), byName: fc.boolean() }),
  },
) as fc.Arbitrary<Turn>;

/** Programs of up to `maxTurns` turns. */
export function randomProgram(maxTurns: number): fc.Arbitrary<Turn[]> {
  return fc.array(turn, { minLength: Math.min(maxTurns, 20), maxLength: maxTurns, size: "max" });
}

/** What programs of one run did, to know that a run was no idle one. */
export interface ProgramFigures {
  commits: number;
  amends: number;
  moves: number;
  rebased: number;
  conflicts: number;
}

/** Conflicts that only we see: the official engine leaves nodes without a group behind. */
const onlyOurs: ReadonlySet<Conflict["kind"]> = new Set(["newNodeInDeletedGroup", "newNodeInInvalidGroup"]);
/** And this one where we put something in the place of what we deleted, and they did too: it then has two nodes of a path. */
const onlyOursOfReplaced: Conflict["kind"] = "newNodeConflictsWithExistingNode";

/** Runs a program on a repository in a folder, and after each turn compares what both engines see. */
export class ProgramRunner {
  readonly #engine: OfficialEngine;
  readonly #folder: string;
  readonly #figures: ProgramFigures;
  readonly #repository: Repository;
  /** Kinds of operation that the log must tell, oldest first. */
  readonly #operations: string[] = ["repoInitialized"];
  /** Snapshots whose commit moved nodes. */
  readonly #moving = new Set<string>();
  readonly #usedTags = new Set<string>();

  private constructor(engine: OfficialEngine, folder: string, repository: Repository, figures: ProgramFigures) {
    this.#engine = engine;
    this.#folder = folder;
    this.#repository = repository;
    this.#figures = figures;
  }

  static async create(engine: OfficialEngine, folder: string, figures: ProgramFigures): Promise<ProgramRunner> {
    fs.rmSync(folder, { recursive: true, force: true });
    const repository = await Repository.create(new FileStore(folder));
    const runner = new ProgramRunner(engine, folder, repository, figures);
    // A short list in the `repo` object, so that the log goes through backups.
    await repository.updateConfig({ num_updates_per_repo_info_file: 5 });
    runner.#operations.push("configChanged");
    return runner;
  }

  async run(program: readonly Turn[]): Promise<void> {
    for (const [i, each] of program.entries()) {
      try {
        await this.#take(each);
        await this.#compare();
      } catch (cause) {
        throw new Error(`Turn ${i} failed: ${JSON.stringify(each)}: ${cause}`, { cause });
      }
    }
  }

  async #compare(): Promise<void> {
    const theirs = await this.#openOfficial();
    await expectSameRepository(this.#repository, theirs);
    const kinds: string[] = [];
    for await (const { change } of this.#repository.operations()) kinds.unshift(change.kind);
    expect(kinds).toEqual(this.#operations);
    const branches = await this.#repository.branches();
    for (const branch of branches.keys()) {
      const history = await this.#repository.history({ branch });
      const to = history[0]!.id;
      for (const from of new Set([1, 3, history.length - 1])) {
        // The official engine has no difference between a snapshot and itself.
        if (from > 0 && from < history.length) await expectSameDiff(this.#repository, theirs, history[from]!.id, to);
      }
    }
  }

  async #openOfficial(): Promise<OfficialRepository> {
    return this.#engine.Repository.open(await this.#engine.Storage.newLocalFilesystem(this.#folder));
  }

  async #take(turn: Turn): Promise<void> {
    switch (turn.kind) {
      case "change":
        return this.#change(turn);
      case "move":
        return this.#move(turn);
      case "race":
        return this.#race(turn);
      case "raceMoves":
        return this.#raceMoves(turn);
      case "branch":
      case "deleteBranch":
        return this.#branch(turn);
      case "tag":
      case "deleteTag":
        return this.#tag(turn);
      case "flag":
        return this.#flag(turn);
      case "split":
        return this.#split(turn);
    }
  }

  async #change({ byUs, how, branch: wanted, steps }: Extract<Turn, { kind: "change" }>): Promise<void> {
    const branch = await this.#existing(wanted);
    const tip = await this.#repository.session({ branch });
    if (how === "amend" && !this.#mayAmend(tip.snapshotId, false)) return;
    const model = modelOf(tip);
    const planned = steps.map((each) => plan(model, each)).filter((each) => each !== null);
    const session = await this.#begin(byUs, branch, planned);
    if (await session.isIdle()) return;
    this.#record(how, await session[how]("change"), false);
  }

  async #move({ byUs, how, branch: wanted, moves }: Extract<Turn, { kind: "move" }>): Promise<void> {
    const branch = await this.#existing(wanted);
    const before = await this.#repository.session({ branch });
    if (how === "amend" && !this.#mayAmend(before.snapshotId, true)) return;
    const planned = this.#planMoves(before, moves);
    // The official engine commits moves that lead back to where they began; we see no change in them.
    if (planned.length === 0) return;
    const session = await this.#beginMoves(byUs, branch, planned);
    if (byUs && (await session.isIdle())) return;
    this.#record(how, await session[how]("move"), true);
  }

  #planMoves(before: Parameters<typeof modelOf>[0], moves: readonly Move[]): Move[] {
    const model = modelOf(before);
    return moves.filter(({ from, to }) => {
      if (!model.canMove(from, to)) return false;
      model.move(from, to);
      return true;
    });
  }

  /** Others commit; then the same session of both engines is rebased, and the one of `byUs` committed. */
  async #race({ byUs, firstByUs, branch: wanted, rounds, steps }: Extract<Turn, { kind: "race" }>): Promise<void> {
    const branch = await this.#existing(wanted);
    const model = modelOf(await this.#repository.session({ branch }));
    const planned = steps.map((each) => plan(model, each)).filter((each) => each !== null);
    const [ours, theirs] = [await this.#begin(true, branch, planned), await this.#begin(false, branch, planned)];
    if ((await ours.isIdle()) || (await theirs.isIdle())) return;
    let commits = 0;
    for (const round of rounds) commits += await this.#commitOther(firstByUs, branch, round);
    const [ourConflicts, theirFailure] = [await ours.rebase(), await theirs.rebase()];
    const isReplaced = planned.some((each) => each.step.kind === "delete");
    const isOnlyOurs = ({ kind }: Conflict) => onlyOurs.has(kind) || (isReplaced && kind === onlyOursOfReplaced);
    const isStricter = ourConflicts?.every(isOnlyOurs) ?? false;
    if (theirFailure === null) expect(isStricter ? null : ourConflicts).toBeNull();
    if (ourConflicts !== null) this.#figures.conflicts += 1;
    if (ourConflicts !== null || theirFailure !== null) {
      // They look at each commit by itself, and at paths: what came and went, or was put in place of what we deleted,
      // is a conflict to them alone.
      if (ourConflicts === null) expect([commits > 1, isReplaced]).toContain(true);
      return;
    }
    const session = byUs ? ours : theirs;
    // Both may have deleted the same.
    if (await session.isIdle()) return;
    this.#figures.rebased += commits > 0 ? 1 : 0;
    this.#record("commit", await session.commit("rebased"), false);
  }

  /** Nodes are moved in a session while others change them: moves are made again on top. */
  async #raceMoves({ byUs, branch: wanted, steps, moves }: Extract<Turn, { kind: "raceMoves" }>): Promise<void> {
    const branch = await this.#existing(wanted);
    const before = await this.#repository.session({ branch });
    const planned = this.#planMoves(before, moves);
    if (planned.length === 0) return;
    const session = await this.#beginMoves(byUs, branch, planned);
    if (byUs && (await session.isIdle())) return;
    // Only what leaves the tree as it was: whether a node can be moved to where another one came is not the same question
    // in both engines.
    const chunks = steps.filter(({ kind }) => kind === "chunk" || kind === "virtual" || kind === "erase");
    await this.#commitOther(!byUs, branch, chunks);
    expect(await session.rebase()).toBeNull();
    this.#record("commit", await session.commit("moved again"), true);
  }

  async #commitOther(byUs: boolean, branch: string, steps: readonly Step[]): Promise<number> {
    const model = modelOf(await this.#repository.session({ branch }));
    const planned = steps.map((each) => plan(model, each)).filter((each) => each !== null);
    const session = await this.#begin(byUs, branch, planned);
    if (await session.isIdle()) return 0;
    this.#record("commit", await session.commit("faster"), false);
    return 1;
  }

  async #branch(turn: Extract<Turn, { kind: "branch" | "deleteBranch" }>): Promise<void> {
    const { name, byUs } = turn;
    const branches = await this.#repository.branches();
    const engine = byUs ? this.#repository : await this.#openOfficial();
    const tip = branches.get(name);
    if (turn.kind === "deleteBranch") {
      if (name === "main" || tip === undefined) return;
      await engine.deleteBranch(name);
      this.#operations.push("branchDeleted");
      return;
    }
    const target = await this.#past(turn.back);
    if (tip === undefined) {
      await engine.createBranch(name, target);
      this.#operations.push("branchCreated");
    } else if (tip !== target) {
      if (byUs) await this.#repository.resetBranch(name, target, { expected: tip });
      else await (await this.#openOfficial()).resetBranch(name, target, tip);
      this.#operations.push("branchReset");
    }
  }

  async #tag(turn: Extract<Turn, { kind: "tag" | "deleteTag" }>): Promise<void> {
    const { name, byUs } = turn;
    const engine = byUs ? this.#repository : await this.#openOfficial();
    if (turn.kind === "deleteTag") {
      if (!(await this.#repository.tags()).has(name)) return;
      await engine.deleteTag(name);
      this.#operations.push("tagDeleted");
      return;
    }
    const target = await this.#past(turn.back);
    if (this.#usedTags.has(name)) {
      await expect(engine.createTag(name, target)).rejects.toThrow();
      return;
    }
    await engine.createTag(name, target);
    this.#usedTags.add(name);
    this.#operations.push("tagCreated");
  }

  /** Turned on or back to its default, which is on: other turns go by it. What a flag forbids is tested elsewhere. */
  async #flag({ byUs, setting }: Extract<Turn, { kind: "flag" }>): Promise<void> {
    const name = "delete_tag";
    const now = (await this.#repository.featureFlags()).find((flag) => flag.name === name)?.setting;
    if (now === setting) return;
    if (byUs) await this.#repository.setFeatureFlag(name, setting);
    else await (await this.#openOfficial()).setFeatureFlag(name, setting);
    this.#operations.push("featureFlagChanged");
  }

  async #split({ sizes, byName }: Extract<Turn, { kind: "split" }>): Promise<void> {
    const conditions = sizes.map((num_chunks, axis) => ({
      condition: byName ? { DimensionName: ["t", "y", "x"][axis]! } : { Axis: axis },
      num_chunks,
    }));
    const split_sizes = [[{ path_matches: { regex: ".*" } }, conditions]];
    await this.#repository.updateConfig({ manifest: { splitting: { split_sizes } } });
    this.#operations.push("configChanged");
  }

  #record(how: "commit" | "amend" | "flush", snapshot: string, isMoving: boolean): void {
    this.#figures.commits += 1;
    if (how === "amend") this.#figures.amends += 1;
    if (isMoving) {
      this.#figures.moves += 1;
      this.#moving.add(snapshot);
    }
    this.#operations.push({ commit: "newCommit", amend: "commitAmended", flush: "newDetachedSnapshot" }[how]);
  }

  /** Moves and other changes do not mix, and the first snapshot stays as it is. */
  #mayAmend(snapshot: string, isMoving: boolean): boolean {
    return snapshot !== "1CECHNKREP0F1RSTCMT0" && this.#moving.has(snapshot) === isMoving;
  }

  async #existing(branch: string): Promise<string> {
    return (await this.#repository.branches()).has(branch) ? branch : "main";
  }

  /** A snapshot of `main`, so many commits back. */
  async #past(back: number): Promise<string> {
    const history = await this.#repository.history();
    return history[Math.min(back, history.length - 1)]!.id;
  }

  async #begin(byUs: boolean, branch: string, planned: readonly PlannedStep[]): Promise<EitherSession> {
    if (byUs) {
      const session = await this.#repository.writableSession(branch);
      for (const each of planned) applyOurs(session, each);
      return ourSession(session);
    }
    const session = await (await this.#openOfficial()).writableSession(branch);
    for (const each of planned) await applyTheirs(session, each);
    return theirSession(session);
  }

  async #beginMoves(byUs: boolean, branch: string, planned: readonly Move[]): Promise<EitherSession> {
    if (byUs) {
      const session = await this.#repository.writableSession(branch);
      for (const { from, to } of planned) session.move(from, to);
      return ourSession(session);
    }
    const session = await (await this.#openOfficial()).rearrangeSession(branch);
    for (const { from, to } of planned) await session.moveNode(from, to);
    return theirSession(session);
  }
}

/** A session of either engine. */
interface EitherSession {
  /** True where it has nothing to commit. */
  isIdle(): Promise<boolean>;
  commit(message: string): Promise<string>;
  amend(message: string): Promise<string>;
  flush(message: string): Promise<string>;
  /** The conflicts (the official engine names none) that keep it from being rebased; null where it was. */
  rebase(): Promise<Conflict[] | null>;
}

function ourSession(session: WritableSession): EitherSession {
  return {
    isIdle: async () => !session.hasChanges,
    commit: (message) => session.commit(message),
    amend: (message) => session.commit(message, { amend: true }),
    flush: (message) => session.flush(message),
    rebase: async () => {
      try {
        await session.rebase();
        return null;
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        return error.details.conflicts as unknown as Conflict[];
      }
    },
  };
}

function theirSession(session: OfficialSession): EitherSession {
  return {
    // What was created and deleted again counts as a change until the commit looks at it.
    isIdle: async () => {
      const { movedNodes, updatedChunks, ...lists } = await session.status();
      const count = Object.values(lists).reduce((sum, list) => sum + list.length, movedNodes.length);
      return count + Object.keys(updatedChunks).length === 0;
    },
    commit: (message) => session.commit(message),
    amend: (message) => session.amend(message),
    flush: (message) => session.flush(message),
    rebase: async () => {
      try {
        await session.rebase();
        return null;
      } catch (error) {
        if (!String(error).includes("cannot rebase")) throw error;
        return [];
      }
    },
  };
}
