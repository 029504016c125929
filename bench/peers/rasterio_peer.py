#!/usr/bin/python3
"""rasterio's side: answers lines of JSON on stdin ("job" and its inputs) with {"ms": …}. Only the job itself is timed.

usage: rasterio_peer.py FOLDER            FOLDER holds scene_*.tif
"""
import glob
import json
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

os.environ["GDAL_DISABLE_READDIR_ON_OPEN"] = "EMPTY_DIR"  # set before GDAL loads: no listing of the folder for each file

import numpy as np  # noqa: E402
import rasterio  # noqa: E402
from rasterio.warp import transform  # noqa: E402
from rasterio.windows import Window  # noqa: E402

FILES = sorted(glob.glob(os.path.join(sys.argv[1], "scene_*.tif")))


def versions():
    return {"rasterio": rasterio.__version__, "gdal": rasterio.__gdal_version__}


def header(path):
    """All that an index of the file would hold."""
    with rasterio.open(path) as source:
        grid = source.width, source.height, source.crs.to_epsg(), tuple(source.transform)
        encoding = source.dtypes, source.nodata, source.block_shapes, source.overviews(1)
        return grid, encoding, source.descriptions, source.tags()


def headers():
    return {"files": len([header(path) for path in FILES])}


def point(lon, lat, threads):
    with rasterio.open(FILES[0]) as source:
        (x,), (y,) = transform("EPSG:4326", source.crs, [lon], [lat])

    def read(path):
        with rasterio.open(path) as source:
            row, col = source.index(x, y)
            return int(source.read(window=Window(col, row, 1, 1)).sum())

    if threads == 1:
        sums = [read(path) for path in FILES]
    else:
        with ThreadPoolExecutor(threads) as pool:
            sums = list(pool.map(read, FILES))
    return {"rows": len(sums), "sum": sum(sums)}


def ndvi(path, window=None):
    """NDVI as float32, and where both bands have a value."""
    with rasterio.open(path) as source:
        red, nir = source.read([3, 4], window=window).astype(np.float32)
    valid = (red != 0) & (nir != 0)
    with np.errstate(all="ignore"):
        return (nir - red) / (nir + red), valid


def ndviMean(scenes, threads):
    """NDVI of the first scenes, mean over time, the whole frame: the mean of all its pixels."""
    def one(path):
        values, valid = ndvi(path)
        return np.where(valid, values, 0), valid

    total, count = 0, 0
    with ThreadPoolExecutor(threads) as pool:
        for values, valid in (map if threads == 1 else pool.map)(one, FILES[:scenes]):
            total, count = total + values, count + valid.astype(np.int32)
    with np.errstate(all="ignore"):
        mean = float(np.nanmean(total / count))
    return {"check": f"{mean:.6f}", "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def windowSeries(window, threads):
    """NDVI of a window, mean of each scene."""
    pixels = Window(window["col"], window["row"], window["cols"], window["rows"])

    def one(path):
        values, valid = ndvi(path, pixels)
        return float(values[valid].mean(dtype=np.float64))

    with ThreadPoolExecutor(threads) as pool:
        means = list((map if threads == 1 else pool.map)(one, FILES))
    return {"check": f"{sum(means) / len(means):.6f}"}


JOBS = {
    "versions": versions,
    "headers": headers,
    "point": point,
    "ndviMean": ndviMean,
    "windowSeries": windowSeries,
}


def answer(line):
    request = json.loads(line)
    job = JOBS[request.pop("job")]
    started = time.perf_counter()
    try:
        result = job(**request)
    except Exception as error:  # the other side of the pipe decides what a failure means
        return {"error": repr(error)}
    return {"ms": (time.perf_counter() - started) * 1e3, **result}


for text in sys.stdin:
    print(json.dumps(answer(text)), flush=True)
