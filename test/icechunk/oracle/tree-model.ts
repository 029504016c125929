/** A node as far as random programs need to know it: the number of its chunks along each axis; null for a group. */
export type ModelNode = readonly number[] | null;

/**
 * What a session should hold: path → node. Random steps that do not fit it are passed over, so that both engines get
 * the same ones.
 */
export class TreeModel {
  readonly nodes: Map<string, ModelNode>;

  constructor(nodes: Iterable<readonly [string, ModelNode]> = []) {
    this.nodes = new Map(nodes);
  }

  /** The groups that must be created, from the top, before there can be a node at `path`; null where there cannot. */
  missingParents(path: string): string[] | null {
    const missing: string[] = [];
    for (let parent = parentOf(path); parent !== null; parent = parentOf(parent)) {
      const node = this.nodes.get(parent);
      if (Array.isArray(node)) return null;
      if (node === undefined) missing.unshift(parent);
    }
    return missing;
  }

  isArray(path: string): boolean {
    return Array.isArray(this.nodes.get(path));
  }

  isGroup(path: string): boolean {
    return this.nodes.get(path) === null;
  }

  /** The node and what lies below it. */
  within(path: string): string[] {
    return [...this.nodes.keys()].filter((each) => each === path || each.startsWith(`${path}/`));
  }

  canMove(from: string, to: string): boolean {
    const inside = to === from || to.startsWith(`${from}/`);
    return this.nodes.has(from) && !this.nodes.has(to) && !inside && this.isGroup(parentOf(to) ?? "");
  }

  move(from: string, to: string): void {
    for (const path of this.within(from)) {
      const node = this.nodes.get(path)!;
      this.nodes.delete(path);
      this.nodes.set(to + path.slice(from.length), node);
    }
  }
}

export function parentOf(path: string): string | null {
  return path === "/" ? null : path.slice(0, Math.max(1, path.lastIndexOf("/")));
}
