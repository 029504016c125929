// Two dates of one place: what was dry before and is water after, and the other way round.
//
// The scenes show the lower Delaware and the New Jersey coast 16 days apart, from the same path of the satellite and with the
// leaves down on both. It is no known flood, and the data are thinned to a pixel every 3 km: along shores a pixel is water or
// land by where it fell, which shows as change both ways. This shows the method; use it with scenes of 10 to 30 m.
//
// Run: npm run build && node examples/flood-comparison.mjs [folder]
// Writes flood.png and flood.svg into the folder, by default examples/output.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chartSvg, ingest, openDataset, toPng } from "pixelquery";
import { AS_PAINTED, arrangePanels, paint } from "./drawing.mjs";
import { bundledScenes, outputFolder, printTable, withProgress } from "./reporting.mjs";

const [before, after] = [new Date("2018-11-22"), new Date("2018-12-08")];

const folder = await outputFolder();
await ingest(bundledScenes, { warehouse: join(folder, "warehouse"), productId: "landsat8" });
const clear = (await openDataset(join(folder, "warehouse"), { cloudMask: true })).sel({
  bounds: [-76.1, 39.2, -73.6, 41.5],
});

// The files hold digital numbers, of which reflectance at the top of the atmosphere is 0.00002 each, less 0.1 (USGS,
// Landsat 8 Data Users Handbook).
const reflectance = (band) => clear.band(band).mul(2e-5).sub(0.1);
const [green, nir, swir] = [reflectance("green"), reflectance("nir"), reflectance("swir1")];
const ndwi = green.sub(nir).div(green.add(nir)).rename("NDWI");
const mndwi = green.sub(swir).div(green.add(swir)).rename("MNDWI");
// Water is darker than green light in both infrared bands; built-up land mostly fails the one, shadow the other.
const water = mndwi.gt(0).and(ndwi.gt(0));

// A Date is one moment and takes the dimension away, so that the two dates can be compared pixel by pixel. 0 stays dry, 1 has
// become dry, 2 has become wet, 3 stays wet; a pixel that is missing on either date is missing.
const change = water
  .sel({ time: after })
  .mul(2)
  .add(water.sel({ time: before }));
const rise = mndwi.sel({ time: after }).sub(mndwi.sel({ time: before }));

const classes = await change.compute(withProgress("comparison"));
const meanRise = [];
for (const code of [0, 1, 2, 3]) meanRise.push(await rise.where(change.eq(code)).mean().compute());

const names = ["dry on both dates", "water before only", "water after only", "water on both dates"];
const colors = [
  [222, 214, 196],
  [222, 132, 62],
  [20, 70, 200],
  [146, 186, 216],
];
const [a, , , , e] = change.attrs.transform;
const squareKm = Math.abs(a * e) / 1e6;
const isThere = (at) => classes.status === null || classes.status[at] === 0;
const rows = names.map((name, code) => {
  const pixels = classes.data.filter((found, at) => found === code && isThere(at)).length;
  return [name, pixels, Math.round(pixels * squareKm), meanRise[code].data[0].toFixed(3)];
});
printTable(["", "pixels", "km²", "change of MNDWI"], rows);

const [height, width] = classes.shape;
const panel = paint(classes.data, classes.status, (code) => colors[code]);
const picture = arrangePanels([panel], { width, height, columns: 1, factor: 10 });
await writeFile(join(folder, "flood.png"), toPng({ ...picture, stretch: AS_PAINTED }));
console.log(`${join(folder, "flood.png")}: blue is water after only, orange before only; clouds are left out`);

const places = [
  { name: "Raritan Bay", lon: -74.1, lat: 40.5 },
  { name: "Great Bay marsh", lon: -74.42, lat: 39.55 },
  { name: "Pine Barrens", lon: -74.5, lat: 39.85 },
];
// The same MNDWI as text, of the digital numbers: the 0.1 of both bands are 10000 of them together.
const expr = "(green - swir1) / (green + swir1 - 10000)";
const series = [];
for (const { name, ...place } of places) {
  const { rows } = await clear.timeseries({ ...place, expr });
  series.push({
    name,
    points: rows
      .filter(({ status }) => status.expr !== "nodata")
      .map(({ time, values, status }) => ({ time: new Date(time), value: values.expr, status: status.expr })),
  });
}
const chart = chartSvg({
  title: "Water, shore and land through 2018",
  subtitle: "MNDWI of a pixel at three places, clouds left out: above 0 is mostly water, and snow",
  valueLabel: "MNDWI",
  series,
});
await writeFile(join(folder, "flood.svg"), chart);
console.log(`${join(folder, "flood.svg")}: MNDWI at ${places.map(({ name }) => name).join(", ")}`);
