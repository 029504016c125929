// The four seasons around New York as pictures without clouds: the median of each season, band by band.
//
// It also follows how green a part of New Jersey is. In spring the median is low: on 11 March there was snow.
//
// Run: npm run build && node examples/seasonal-composite.mjs [folder]
// Writes seasons.png and seasons.svg into the folder, by default examples/output.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chartSvg, ingest, openDataset, toPng } from "pixelquery";
import { arrangePanels } from "./drawing.mjs";
import { bundledScenes, outputFolder, pointsOf, printTable, withProgress } from "./reporting.mjs";

const names = { DJF: "winter", MAM: "spring", JJA: "summer", SON: "autumn" };
/** A date in the middle of each season, to draw its value at. */
const middles = { DJF: "2018-01-15", MAM: "2018-04-15", JJA: "2018-07-15", SON: "2018-10-15" };

const folder = await outputFolder();
await ingest(bundledScenes, { warehouse: join(folder, "warehouse"), productId: "landsat8" });

// Without clouds and their shadows, by the quality band that the scenes have.
const clear = await openDataset(join(folder, "warehouse"), { cloudMask: true });

// What a pixel mostly looked like in a season. The median leaves out most clouds that the mask has missed.
const natural = clear.select(["red", "green", "blue"]).toArray();
const composite = natural.groupby("time.season").median();

// The files hold digital numbers, of which reflectance at the top of the atmosphere is 0.00002 each, less 0.1 (USGS,
// Landsat 8 Data Users Handbook). How high the sun stood does not matter: it is the same for both bands, and cancels.
const reflectance = (band) => clear.band(band).mul(2e-5).sub(0.1);
const [red, nir] = [reflectance("red"), reflectance("nir")];
const ndvi = nir.sub(red).div(nir.add(red));
// Woods, fields and towns in New Jersey, where the paths of the satellite overlap.
const box = ndvi.sel({ bounds: [-74.8, 40.3, -74.2, 40.9] });

// Nothing was read so far.
const looks = await clear.band("red").groupby("time.season").count().compute(withProgress("clear looks"));
const seasonal = await box.groupby("time.season").median().mean(["y", "x"]).compute();
// In a scene of which the box shows less than a quarter, the mean would be of some other place.
const pixels = box.sizes.y * box.sizes.x;
const byScene = await box.mean(["y", "x"], { minCount: Math.ceil(pixels / 4) }).compute();

const seasons = [...looks.coords.season.values];
const [, height, width] = looks.shape;
const rows = Object.entries(names).map(([season, name]) => {
  const at = seasons.indexOf(season);
  const counts = looks.data.subarray(at * height * width, (at + 1) * height * width);
  const seen = counts.filter((count) => count > 0);
  const meanLooks = seen.reduce((sum, count) => sum + count, 0) / seen.length;
  return [name, seen.length, meanLooks.toFixed(2), seasonal.data[at].toFixed(3)];
});
printTable(["season", "pixels seen", "clear looks each", "NDVI in New Jersey"], rows);

const { data, status } = await composite.compute(withProgress("seasons"));
const plane = (values, season, band) => {
  const at = seasons.indexOf(season) * 3 + band;
  return values?.subarray(at * height * width, (at + 1) * height * width);
};
const panels = Object.keys(names).map((season) => ({
  bands: [0, 1, 2].map((band) => plane(data, season, band)),
  status: plane(status, season, 0),
}));
const whole = arrangePanels(panels, { width, height, columns: 2 });
// One stretch for all four, so that the low sun of winter shows.
const stretch = { kind: "percentile", low: 1, high: 98 };
await writeFile(join(folder, "seasons.png"), toPng({ ...whole, stretch, gamma: 1.6 }));
console.log(`${join(folder, "seasons.png")}: ${Object.values(names).join(", ")}, row by row`);

const chart = chartSvg({
  title: "How green New Jersey was in 2018",
  subtitle: "Landsat 8, clouds left out; dates on which less than a quarter of the area was to be seen have no value",
  valueLabel: "NDVI, mean of the area",
  series: [
    { name: "each scene", points: pointsOf(byScene) },
    {
      name: "median of the season",
      points: Object.keys(names).map((season) => ({
        time: new Date(middles[season]),
        value: seasonal.data[seasons.indexOf(season)],
      })),
    },
  ],
});
await writeFile(join(folder, "seasons.svg"), chart);
console.log(`${join(folder, "seasons.svg")}: NDVI of every scene and every season`);
