#!/usr/bin/python3
"""rasterio's side for files in a bucket: answers lines of JSON on stdin with {"ms": …}. Only the job itself is timed.

usage: rasterio_s3.py s3://BUCKET/PREFIX NAME…      AWS_S3_ENDPOINT, AWS_HTTPS, AWS_VIRTUAL_HOSTING as GDAL reads them
"""
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

os.environ["GDAL_DISABLE_READDIR_ON_OPEN"] = "EMPTY_DIR"  # no listing of the folder, no requests for files beside
os.environ["CPL_VSIL_CURL_ALLOWED_EXTENSIONS"] = ".tif"

import numpy as np  # noqa: E402
import rasterio  # noqa: E402
from rasterio.warp import transform  # noqa: E402
from rasterio.windows import Window  # noqa: E402

FILES = [f"{sys.argv[1]}/{name}" for name in sys.argv[2:]]


def each(read, threads):
    if threads == 1:
        return [read(path) for path in FILES]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(read, FILES))


def headers(threads):
    def read(path):
        with rasterio.open(path) as source:
            return source.width, source.crs.to_epsg(), tuple(source.transform), source.descriptions

    return {"check": str(len(each(read, threads)))}


def point(lon, lat, threads):
    with rasterio.open(FILES[0]) as source:
        (x,), (y,) = transform("EPSG:4326", source.crs, [lon], [lat])

    def read(path):
        with rasterio.open(path) as source:
            row, col = source.index(x, y)
            return int(source.read(window=Window(col, row, 1, 1)).sum())

    return {"check": str(sum(each(read, threads)))}


def windowSeries(threads):
    def read(path):
        with rasterio.open(path) as source:
            red, nir = source.read([3, 4], window=Window(1500, 300, 64, 64)).astype(np.float32)
        valid = (red != 0) & (nir != 0)
        with np.errstate(all="ignore"):
            return float(((nir - red) / (nir + red))[valid].mean(dtype=np.float64))

    return {"check": f"{np.mean(each(read, threads)):.6f}"}


JOBS = {"ready": lambda: {}, "headers": headers, "point": point, "windowSeries": windowSeries}

for text in sys.stdin:
    request = json.loads(text)
    job = JOBS[request.pop("job")]
    started = time.perf_counter()
    try:
        answer = {"ms": None, **job(**request)}
        answer["ms"] = (time.perf_counter() - started) * 1e3
    except Exception as error:  # the other side of the pipe decides what a failure means
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)
