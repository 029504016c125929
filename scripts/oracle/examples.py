"""
What xarray answers to the questions of examples/ and docs/cube/, for test/examples and test/docs.

Run: /usr/bin/python3 -B -W ignore scripts/oracle/examples.py && npx biome check --write test/examples test/docs
Debian's python3-xarray and python3-rasterio. Writes test/docs/oracle.json, lines that the pages show as output, and
test/examples/oracle.json: tables row by row; of the seasons also how
many pixels of the four pictures have all three colours, and the means of a box in New Jersey scene by scene (null where less
than a quarter of it is to be seen).
"""
import json

import numpy as np
import xarray as xr
from rasterio.warp import transform

import cube_series as series

# Landsat Collection 1, BQA: cloud; cloud shadow of high confidence; cirrus of high confidence.
CLOUDS = [
    {"band": "BQA", "bits": [4]},
    {"band": "BQA", "bitRange": [7, 8], "values": [3]},
    {"band": "BQA", "bitRange": [11, 12], "values": [3]},
]
SEASONS = ["DJF", "MAM", "JJA", "SON"]


def ratio(a, b):
    """Normalized difference of two bands as reflectance; infinities are missing."""
    a, b = a * 2e-5 - 0.1, b * 2e-5 - 0.1
    answer = (a - b) / (a + b)
    return answer.where(np.isfinite(answer))


def within(array, west, south, east, north):
    """The smallest window with every pixel whose centre lies in a box of degrees."""
    x, y = np.meshgrid(array.x.values, array.y.values)
    lon, lat = (np.reshape(part, x.shape) for part in transform("EPSG:32618", "EPSG:4326", x.ravel(), y.ravel()))
    rows, cols = np.nonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    return array.isel(y=slice(rows.min(), rows.max() + 1), x=slice(cols.min(), cols.max() + 1))


def number(value):
    return float(f"{value:.9g}") if np.isfinite(value) else None


def seasonal_composite(clear):
    looks = clear.red.groupby("time.season").count("time")
    ndvi = within(ratio(clear.nir, clear.red), -74.8, 40.3, -74.2, 40.9)
    medians = ndvi.groupby("time.season").median("time").mean(["y", "x"])
    rows = []
    for season in SEASONS:
        counts = looks.sel(season=season)
        seen = counts.where(counts > 0)
        rows.append([int(seen.count()), number(seen.mean()), number(medians.sel(season=season))])
    colors = xr.concat([clear[band].groupby("time.season").count("time") for band in ("red", "green", "blue")], "band")
    enough = ndvi.count(["y", "x"]) >= ndvi[0].size / 4
    drawn = int((colors > 0).all("band").sum())
    return {"rows": rows, "drawn": drawn, "scenes": [number(v) for v in ndvi.mean(["y", "x"]).where(enough).values]}


def flood_comparison(clear):
    clear = within(clear, -76.1, 39.2, -73.6, 41.5)
    mndwi, ndwi = ratio(clear.green, clear.swir1), ratio(clear.green, clear.nir)
    water = ((mndwi > 0) & (ndwi > 0)).where(mndwi.notnull() & ndwi.notnull()) * 1.0
    before, after = (np.datetime64(day) for day in ("2018-11-22", "2018-12-08"))
    change = water.sel(time=after) * 2 + water.sel(time=before).values
    rise = mndwi.sel(time=after) - mndwi.sel(time=before).values
    found = [change == code for code in range(4)]
    return {
        "size": list(change.shape),
        "rows": [[int(at.sum()), int(at.sum()) * 9, number(rise.where(at).mean())] for at in found],
    }


def drought_anomaly(clear):
    ndvi = ratio(clear.nir, clear.red)
    monthly = ndvi.where(ndvi.max("time") > 0.3).resample(time="MS").mean()
    anomaly = monthly - monthly.mean("time")
    means = zip(anomaly.count(["y", "x"]).values, monthly.mean(["y", "x"]).values, anomaly.mean(["y", "x"]).values)
    months = np.datetime_as_string(monthly.time.values, unit="M")
    return {"months": list(months), "rows": [[int(count), number(a), number(b)] for count, a, b in means]}


def digits(values, count=3):
    """Numbers as the pages print them."""
    return " ".join("NaN" if np.isnan(v) else f"{v:.{count}f}" for v in np.ravel(values))


def interpolated(series_of_place, longest_gap_days):
    """Gaps filled by numpy: xarray refuses a time that comes twice."""
    days = series_of_place.time.values.astype("datetime64[s]").astype("int64") / 86400
    there = np.flatnonzero(series_of_place.notnull().values)
    filled = np.interp(days, days[there], series_of_place.values[there], left=np.nan, right=np.nan)
    for before, after in zip(there, there[1:]):
        if days[after] - days[before] > longest_gap_days:
            filled[before + 1 : after] = np.nan
    return filled


def page_lines(scenes, clear):
    """By page, lines of its output: the numbers of digital numbers, not of reflectance."""
    ndvi = (clear.nir - clear.red) / (clear.nir + clear.red)
    ndvi = ndvi.where(np.isfinite(ndvi))
    day = scenes.sel(time="2018-07-10")
    seen, clouded = int(day.nir.count()), int((series.is_masked(day, CLOUDS[0]) & day.nir.notnull()).sum())
    nothing = f"nodata: {day.nir.size - seen}"
    place = ndvi.sel(x=562500, y=4482500, method="nearest")
    looks = ndvi.count("time")
    seasons = ndvi.groupby("time.season").mean()
    land = ((scenes.green - scenes.swir1) / (scenes.green + scenes.swir1)).median("time") < 0
    counts, _ = np.histogram(ndvi.values[ndvi.notnull().values], 5, (-0.5, 0.75))

    def left(*rules):
        share = float(series.masked(scenes, rules).nir.count()) / float(scenes.nir.count())
        return f"{100 * share:.1f} % of the pixels are left"

    return {
        "README": [f"{int(ndvi.sel(time=slice('2018-06', '2018-09')).median('time').count())} pixels have a value"],
        "missing-values": [
            f"uint16 {{ {nothing}, valid: {seen} }}",
            f"{{ {nothing}, valid: {seen - clouded}, masked: {clouded} }}",
            f"{{ {nothing}, undefined: {seen} }}",
            f"{100 * float(scenes.nir.isnull().mean()):.1f} % of the cube is missing",
            digits(place.values, 2),
            digits(interpolated(place, 90), 2),
        ],
        "masks": [
            left(*CLOUDS),
            left(CLOUDS[0]),
            left(CLOUDS[0], {"band": "BQA", "bitRange": [7, 8], "values": [2, 3]}),
            left({**CLOUDS[0], "growMetres": 3000}),
            f"{int(ndvi.where(land).max('time').count())} pixels of land were seen without clouds",
        ],
        "reductions": [
            digits(ndvi.mean().values),
            f"{int((looks > 0).sum())} pixels have a value",
            f"{int((looks >= 4).sum())} have four or more",
            f"[ 'quantile' ] {digits(ndvi.quantile([0.1, 0.5, 0.9]).values)}",
            f"[ 12 ] {digits(ndvi.resample(time='MS').mean().mean(['y', 'x']).values)}",
            f"{list(map(str, seasons.season.values))} {digits(seasons.mean(['y', 'x']).values)}".replace("[", "[ ").replace("]", " ]"),
            f"Float64Array(5) [ {', '.join(map(str, counts))} ]",
        ],
    }


def main():
    scenes = series.landsat()
    clear = series.masked(scenes, CLOUDS)
    lines = {"command": "/usr/bin/python3 -B -W ignore scripts/oracle/examples.py", **page_lines(scenes, clear)}
    (series.ROOT / "test/docs/oracle.json").write_text(json.dumps(lines, indent=2) + "\n")
    answers = {
        "command": "/usr/bin/python3 -B -W ignore scripts/oracle/examples.py",
        "seasonalComposite": seasonal_composite(clear),
        "floodComparison": flood_comparison(clear),
        "droughtAnomaly": drought_anomaly(clear),
    }
    path = series.ROOT / "test/examples/oracle.json"
    path.write_text(json.dumps(answers, indent=2) + "\n")


main()
