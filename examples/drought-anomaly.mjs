// How far each month was above or below the mean of the months: NDVI of every pixel, as a series and as maps.
//
// With one year the anomaly is mostly the season itself. With several years in the warehouse each month is compared with the
// same month of the other years, and the season is gone: what is left below is drought, or a cut, or a pest.
//
// Run: npm run build && node examples/drought-anomaly.mjs [folder]
// Writes anomaly.png and anomaly.svg into the folder, by default examples/output.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chartSvg, ingest, openDataset, toPng } from "pixelquery";
import { AS_PAINTED, arrangePanels, paint } from "./drawing.mjs";
import { bundledScenes, outputFolder, pointsOf, printTable, withProgress } from "./reporting.mjs";

const folder = await outputFolder();
await ingest(bundledScenes, { warehouse: join(folder, "warehouse"), productId: "landsat8" });
const clear = await openDataset(join(folder, "warehouse"), { cloudMask: true });

// The files hold digital numbers, of which reflectance at the top of the atmosphere is 0.00002 each, less 0.1 (USGS,
// Landsat 8 Data Users Handbook).
const reflectance = (band) => clear.band(band).mul(2e-5).sub(0.1);
const [red, nir] = [reflectance("red"), reflectance("nir")];
const ndvi = nir.sub(red).div(nir.add(red));

// Land is where it was ever green. Months come without gaps: one without a scene, such as February, is missing.
const land = ndvi.max("time").gt(0.3);
const monthly = ndvi.where(land).resample({ time: "MS" }).mean();
const years = new Set(monthly.coords.time.values.map((month) => month.getUTCFullYear()));
const months = monthly.groupby("time.month");
const anomaly = years.size > 1 ? months.sub(months.mean()) : monthly.sub(monthly.mean("time"));

// The anomaly first, the mean of the area after: scenes show different parts of it, and a mean of NDVI would follow those.
const { data, status, shape, coords } = await anomaly.compute(withProgress("anomaly"));
const meanNdvi = await monthly.mean(["y", "x"]).compute();
const meanAnomaly = await anomaly.mean(["y", "x"]).compute();
const pixels = await anomaly.count(["y", "x"]).compute();

const name = (month) => month.toISOString().slice(0, 7);
const rows = coords.time.values.map((month, i) => {
  const value = (array) => (pixels.data[i] === 0 ? null : array.data[i].toFixed(3));
  return [name(month), pixels.data[i], value(meanNdvi), value(meanAnomaly)];
});
printTable(["month", "pixels", "NDVI", "anomaly"], rows);

/** From brown over almost white to green, −0.4 to 0.4; steps of ColorBrewer's BrBG, which people with colour blindness can tell apart. */
const colors = [
  [140, 81, 10],
  [216, 179, 101],
  [245, 245, 245],
  [90, 180, 172],
  [1, 102, 94],
];
function colorOf(value) {
  const place = Math.min(1, Math.max(0, (value + 0.4) / 0.8)) * (colors.length - 1);
  const below = Math.min(Math.floor(place), colors.length - 2);
  const share = place - below;
  return colors[below].map((level, i) => Math.round(level + (colors[below + 1][i] - level) * share));
}

const [count, height, width] = shape;
const planeOf = (values, i) => values.subarray(i * height * width, (i + 1) * height * width);
const panels = Array.from({ length: count }, (_, i) => paint(planeOf(data, i), status && planeOf(status, i), colorOf));
const picture = arrangePanels(panels, { width, height, columns: 4, factor: 2 });
await writeFile(join(folder, "anomaly.png"), toPng({ ...picture, stretch: AS_PAINTED }));
console.log(`${join(folder, "anomaly.png")}: a map a month, four in a row; green is above the mean, brown below`);

const chart = chartSvg({
  title: "NDVI of the land around New York against the mean of the months",
  subtitle: "Landsat 8, 2018, clouds left out; mean over the pixels that a month shows",
  valueLabel: "NDVI anomaly",
  series: [{ name: "anomaly", points: pointsOf(meanAnomaly) }],
});
await writeFile(join(folder, "anomaly.svg"), chart);
console.log(`${join(folder, "anomaly.svg")}: the mean of each month`);
