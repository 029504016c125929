"""
What xarray and numpy answer to the questions of cube_questions.py, for the tests of test/cube.

Run: /usr/bin/python3 -B -W ignore scripts/oracle/cube.py && npx biome check --write test/cube/oracle
Debian's python3-xarray, python3-rasterio, python3-scipy and python3-bottleneck. Writes test/cube/oracle/landsat.json,
slovenia.json (12 bundled dates), composites.json, coarse-mask.json and, where PIXELQUERY_DATA names the large data set,
slovenia-68.json (all 68 dates).

Each case: `of` (band math, or `bands`: the first six stacked), `mask` (rules; a pixel is missing where any of them takes it
away), `steps` (verbs in turn), and the answer: `dims`, `shape`, `coords` (labels of the dimensions but y and x, and but time
where it is still the series' own), and

- `values`, all of them in C order with null for missing, where there are few; else `sample`: every `stride`-th of what is not
  missing, in C order, from the first. A stride is prime, so that it meets other rows and columns in every plane;
- `sum` and `absSum` of all that is there (`absSum` says how far a sum may be off), `valid` and `missing` counts;
- `missingSha256`: SHA-256 of one byte for each pixel of the whole answer, 1 where it is missing and 0 elsewhere.

Everything is computed in float64. A pixel is missing where xarray has NaN, or an infinity; of expressions see
cube_questions.py.
"""
import hashlib
import itertools
import json
import os
import pathlib
import subprocess

import numpy as np
import pandas as pd
import rasterio
import scipy
import xarray as xr

import cube_composites as composites
import cube_questions as questions
import cube_series as series
from cube_verbs import apply

OUT = series.ROOT / "test/cube/oracle"
COMMAND = "/usr/bin/python3 -B -W ignore scripts/oracle/cube.py"
FEW = 200
STRIDES = [1, 2, 7, 13, 31, 67, 131, 257, 509, 1031, 2053, 4099]
BANDS = ["blue", "green", "red", "nir", "swir1", "swir2"]


def versions():
    """Debian's xarray says 999 of itself: dpkg knows better."""
    listed = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "python3-xarray"], capture_output=True, text=True)
    return {
        "xarray": listed.stdout or xr.__version__,
        "pandas": pd.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "rasterio": rasterio.__version__,
        "gdal": rasterio.__gdal_version__,
    }


def number(value):
    """Nine significant digits, which is more than float32 has; null for missing."""
    if not np.isfinite(value):
        return None
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else float(f"{value:.9g}")


def labels(array, dim):
    values = array[dim].values
    if values.dtype.kind == "M":
        return [pd.Timestamp(v).isoformat(timespec="seconds") + "Z" for v in values]
    return [v.item() if hasattr(v, "item") else v for v in values]


def values_of(data, there):
    if data.size <= FEW:
        return {"values": [number(v) for v in data.ravel()]}
    found = data[there]
    stride = next((stride for stride in STRIDES if found.size <= FEW * stride), STRIDES[-1])
    return {"stride": stride, "sample": [number(v) for v in found[::stride]]}


def answer(array, times=None):
    data = array.values.astype("float64")
    there = np.isfinite(data)
    result = {"dims": list(array.dims), "shape": list(array.shape)}
    coords = {dim: labels(array, dim) for dim in array.dims if dim not in ("y", "x")}
    if coords.get("time") == times:
        coords.pop("time", None)
    if coords:
        result["coords"] = coords
    return {
        **result,
        **values_of(data, there),
        "sum": number(data[there].sum()),
        "absSum": number(np.abs(data[there]).sum()),
        "valid": int(there.sum()),
        "missing": int((~there).sum()),
        "missingSha256": hashlib.sha256((~there).astype("uint8").tobytes()).hexdigest(),
    }


def arrays(dataset, math):
    """The array that `of` and `mask` name, made once for each pair."""
    made = {}

    def array_of(of, mask):
        key = (of, json.dumps(mask))
        if key not in made:
            clear = series.masked(dataset, mask)
            if of == "bands":
                array = clear[BANDS].to_array("band").transpose("time", "band", "y", "x")
            else:
                array = math[of](clear) if of in math else clear[of]
            made[key] = array.where(np.isfinite(array)).drop_vars("quantile", errors="ignore")
        return made[key]

    return array_of


def cases(dataset, math, asked):
    array_of = arrays(dataset, math)
    for question in asked:
        array = array_of(question["of"], question["mask"])
        for step in question["steps"]:
            array = apply(array, step)
        if isinstance(array, xr.DataArray) and array.dtype.kind == "f":
            array = array.where(np.isfinite(array))
        yield {**question, **answer(array, labels(dataset, "time"))}


def write(name, header, rows):
    text = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    head = json.dumps({"command": COMMAND, "versions": versions(), **header}, separators=(",", ":"))
    (OUT / name).write_text(f'{head[:-1]},\n"cases":[\n{text}\n]}}\n')
    print(f"{name}: {len(rows)} cases, {(OUT / name).stat().st_size} bytes")


def write_series(name, dataset, math, asked):
    header = {
        "files": dataset.files,
        "times": labels(dataset, "time"),
        "size": [dataset.sizes["y"], dataset.sizes["x"]],
    }
    write(name, header, list(cases(dataset, math, asked)))


def plane(values, band=None):
    """numpy's [y, x] or [band, y, x] with labels, to be answered as the others are."""
    dims = ["y", "x"] if band is None else ["band", "y", "x"]
    return xr.DataArray(values, {} if band is None else {"band": band}, dims)


def composite_cases(dataset):
    """Composites of the six bands without clouds, stretches and histograms."""
    clear = series.masked(dataset, questions.CLOUD)
    cube = clear[BANDS].to_array("band").transpose("time", "band", "y", "x").values
    ndvi = questions.LANDSAT_MATH[questions.NDVI](clear).values
    middle = np.nanmedian(cube, 0)
    yield {"name": "median composite", **answer(plane(middle, BANDS))}
    made = {
        "max-NDVI composite": composites.best(cube, ndvi),
        "min-blue composite": composites.best(cube, -cube[:, 0]),
        "medoid composite": composites.medoid(cube),
    }
    for name, (values, scene) in made.items():
        yield {"name": name, **answer(plane(values, BANDS))}
        yield {"name": f"{name}: scene", **answer(plane(scene))}
    for band, (low, high) in itertools.product(["red", "nir"], [(2, 98), (0, 100), (10, 75)]):
        ends, values = composites.stretch(middle[BANDS.index(band)], low, high)
        yield {
            "name": "stretch of the median composite",
            "band": band,
            "percentiles": [low, high],
            "ends": ends.tolist(),
            **answer(plane(values)),
        }
    for of, values, bins, limits in [
        ("NDVI", ndvi, 20, (-0.5, 0.75)),
        ("NDVI", ndvi, 7, (0.0, 0.25)),
        ("red", clear.red.values, 32, (5000, 21000)),
    ]:
        counts, edges = composites.histogram(values, bins, limits)
        yield {
            "name": "histogram",
            "of": of,
            "bins": bins,
            "range": list(limits),
            "counts": counts.tolist(),
            "edges": edges.tolist(),
        }


def coarse_mask_cases():
    """
    Masks that are coarser than what they mask, made: the red band of one scene's corner, and masks of 3, 4 and 5 times its
    pixel size whose corner is that of the scene or lies some pixels up and left of it. A pixel takes the mask's nearest
    pixel, which is the one that its centre lies in.
    """
    corner = series.landsat().red.isel(time=3, y=slice(70, 82), x=slice(60, 70)).astype("int64")
    assert (corner > 0).all()
    fine = corner.assign_coords(y=-(np.arange(12) + 0.5), x=np.arange(10) + 0.5)
    for times, up, left in [(3, 0, 0), (4, 0, 0), (4, 2, 1), (5, 3, 4)]:
        rows, cols = -(-(12 + up) // times), -(-(10 + left) // times)
        cover = xr.DataArray(
            (np.arange(rows * cols).reshape(rows, cols) ** 2 * 7 % 11 < 5).astype("int64"),
            {"y": up - (np.arange(rows) + 0.5) * times, "x": (np.arange(cols) + 0.5) * times - left},
            ["y", "x"],
        )
        at_fine = cover.sel(y=fine.y, x=fine.x, method="nearest").values
        yield {
            "data": fine.values.tolist(),
            "mask": cover.values.tolist(),
            "times": times,
            "up": up,
            "left": left,
            "masked": np.where(at_fine == 1, None, fine.values.astype(object)).tolist(),
        }


def main():
    xr.set_options(use_bottleneck=False)
    OUT.mkdir(parents=True, exist_ok=True)
    scenes = series.landsat()
    asked = itertools.chain(questions.landsat_questions(), questions.band_questions())
    write_series("landsat.json", scenes, questions.LANDSAT_MATH, asked)
    write("composites.json", {"bands": BANDS, "mask": questions.CLOUD}, list(composite_cases(scenes)))
    write("coarse-mask.json", {}, list(coarse_mask_cases()))
    bundled = series.slovenia(series.ROOT / "test/fixtures/slovenia")
    write_series("slovenia.json", bundled, questions.SLOVENIA_MATH, questions.slovenia_questions())
    folder = os.environ.get("PIXELQUERY_DATA")
    if folder is None:
        print("slovenia-68.json left as it is: PIXELQUERY_DATA names no large data set")
        return
    whole = series.slovenia(pathlib.Path(folder) / "sentinel2-slovenia")
    write_series("slovenia-68.json", whole, questions.SLOVENIA_MATH, questions.long_questions())


if __name__ == "__main__":
    main()
