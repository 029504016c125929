import { combineStatus, Status } from "../../ndarray/status.js";

/** Status codes by how much they explain, least first: the order that `combineStatus` keeps. */
export const statusOfRank: readonly number[] = Object.values(Status).sort((a, b) => {
  if (a === b) return 0;
  return combineStatus(a, b) === a ? 1 : -1;
});

/** The place of each status code in {@link statusOfRank}. */
export const rankOfStatus: readonly number[] = statusOfRank.map((_, status) => statusOfRank.indexOf(status));
