/**
 * Five points of the standard workload, inside the valid data, one for each of five block columns; their rows lie at
 * 40, 250 and 431 of the first row of blocks and at 88 and 308 of the second, so that their mean is fair to a reader that
 * stops at the row it needs. Longitude and latitude (PROJ) fall on the pixel's centre.
 */
export const points = [
  { row: 40, col: 700, lon: 15.0251985, lat: 41.5505674 },
  { row: 250, col: 2900, lon: 15.1043281, lat: 41.5448482 },
  { row: 431, col: 1390, lon: 15.0500111, lat: 41.5399936 },
  { row: 600, col: 2250, lon: 15.0809365, lat: 41.5354092 },
  { row: 820, col: 1800, lon: 15.0647468, lat: 41.5294746 },
];

/** A sixth, in a block that none of the five needs, to warm up with. */
export const warmUpPoint = { row: 100, col: 3100, lon: 15.1115288, lat: 41.5488947 };
