"""
What numpy and GDAL make of Landsat scenes as USGS delivers them, one file a band: test/ingest/oracle/landsat-bands.json.

    PIXELQUERY_DATA=<the large data set> /usr/bin/python3 -B scripts/oracle/landsat_bands.py

For each of the 19 scenes below landsat8-new-york/LC08_*:

- "ndvi": (B5 - B4) / (B5 + B4) in double precision where neither is fill (0), the quality band is not fill (1) and calls
  the pixel no cloud: bit 4, or 3 in bits 7-8 (shadow), or 3 in bits 11-12 (cirrus). How many pixels have a value, their
  sum, and the values at some (row, col), null where there is none.
- "pan": B8, twice as fine, on its own grid, masked by the same rules with the quality band brought to it by GDAL's nearest
  neighbour. The grid is no multiple of the other: the sizes are 153 and 76, 155 and 77.
- "point": what gdallocationinfo finds at POINT in four bands, each in its own pixels; null outside of the scene.
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
OUT = Path("test/ingest/oracle/landsat-bands.json")
POINT = (-73.9, 40.9)
PLACES = [(10, 40), (30, 30), (38, 38), (50, 20), (60, 45)]


def read(folder, band):
    (path,) = folder.glob(f"*_{band}.TIF")
    return gdal.Open(str(path))


def clouds(flags):
    shadow = (flags >> 7) & 3
    cirrus = (flags >> 11) & 3
    return ((flags >> 4) & 1 == 1) | (shadow == 3) | (cirrus == 3)


def figures(values, valid):
    return {
        "shape": list(values.shape),
        "count": int(valid.sum()),
        "sum": float(values[valid].sum()),
    }


def ndvi_of(folder):
    red, nir, flags = (read(folder, band).ReadAsArray().astype("int64") for band in ("B4", "B5", "BQA"))
    valid = (red != 0) & (nir != 0) & (flags != 1) & ~clouds(flags)
    values = np.where(valid, (nir - red) / np.where(valid, nir + red, 1), np.nan)
    samples = [{"row": r, "col": c, "value": float(values[r, c]) if valid[r, c] else None} for r, c in PLACES]
    return {**figures(values, valid), "samples": samples}


def pan_of(folder):
    source = read(folder, "B8")
    pan = source.ReadAsArray().astype("int64")
    a, b, c, d, e, f = source.GetGeoTransform()
    height, width = pan.shape
    bounds = (a, d + f * height, a + b * width, d)
    near = gdal.Warp(
        "",
        read(folder, "BQA"),
        format="MEM",
        outputBounds=bounds,
        width=width,
        height=height,
        resampleAlg="near",
        srcNodata=None,
    )
    flags = near.ReadAsArray().astype("int64")
    valid = (pan != 0) & (flags != 1) & (flags != 0) & ~clouds(flags)
    return figures(pan, valid)


def point_of(folder):
    values = {}
    for band in ("B4", "B5", "B8", "BQA"):
        command = ["gdallocationinfo", "-valonly", "-wgs84", read(folder, band).GetDescription(), *map(str, POINT)]
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        values[band] = int(text) if text else None
    return None if set(values.values()) == {None} else values


def main():
    root = Path(os.environ["PIXELQUERY_DATA"]) / "landsat8-new-york"
    scenes = [
        {"scene": folder.name, "ndvi": ndvi_of(folder), "pan": pan_of(folder), "point": point_of(folder)}
        for folder in sorted(root.glob("LC08_*"))
    ]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    command = "/usr/bin/python3 -B scripts/oracle/landsat_bands.py"
    versions = {"numpy": np.__version__, "gdal": gdal.__version__}
    OUT.write_text(json.dumps({"command": command, "versions": versions, "lonLat": POINT, "scenes": scenes}, indent=1) + "\n")


main()
