#!/usr/bin/python3
"""GDAL's side: makes the files, and answers lines of JSON on stdin with {"ms": …}. One thread; only reading is timed.

usage: gdal_peer.py SCENES FOLDER         SCENES holds the bundled scenes, FOLDER is where the files are made
"""
import glob
import hashlib
import json
import os
import sys
import time

import numpy as np
from osgeo import gdal

SCENES, FOLDER = sys.argv[1:3]
# Scenes side by side: large enough for twenty blocks of 256 × 256, and none repeats within a block.
ACROSS, DOWN = 8, 9
# Scale of the 16-bit values for 8-bit and floating point files.
BRIGHT = 20000

gdal.UseExceptions()
gdal.SetConfigOption("GDAL_NUM_THREADS", "1")
# Room for all blocks of a file: each is decoded once in a reading, and never twice.
gdal.SetCacheMax(256 << 20)
mosaics = {}


def version():
    return {"version": gdal.__version__}


def mosaic(kind):
    """An image in memory: "uint16" (blue, green, red, near infrared), "uint8" (red, green, blue) or "float32" (red)."""
    if kind in mosaics:
        return mosaics[kind]
    paths = sorted(glob.glob(os.path.join(SCENES, "*.tif")))
    scenes = [gdal.Open(path).ReadAsArray()[:4] for path in paths]
    rows = [np.concatenate([scenes[(row * ACROSS + col) % len(scenes)] for col in range(ACROSS)], 2) for row in range(DOWN)]
    pixels = np.concatenate(rows, 1)
    if kind == "uint8":
        pixels = (pixels[[2, 1, 0]].astype("f4") * (255 / BRIGHT)).clip(0, 255).astype("u1")
    elif kind == "float32":
        pixels = pixels[[2]].astype("f4") / BRIGHT
    types = {"uint16": gdal.GDT_UInt16, "uint8": gdal.GDT_Byte, "float32": gdal.GDT_Float32}
    image = gdal.GetDriverByName("MEM").Create("", pixels.shape[2], pixels.shape[1], len(pixels), types[kind])
    for band, values in enumerate(pixels):
        image.GetRasterBand(band + 1).WriteArray(values)
    mosaics[kind] = image
    return image


def make(kind, name, options):
    path = os.path.join(FOLDER, f"{name}.tif")
    layout = ["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "INTERLEAVE=PIXEL"]
    gdal.Translate(path, mosaic(kind), format="GTiff", creationOptions=layout + options)
    return {"path": path}


def read(path):
    """All blocks one after another, each [bands, rows, cols], from a file in memory that was just opened."""
    inside = f"/vsimem/{os.path.basename(path)}"
    if gdal.VSIStatL(inside) is None:
        with open(path, "rb") as file:
            gdal.FileFromMemBuffer(inside, file.read())
    image = gdal.Open(inside)
    cols, rows = image.GetRasterBand(1).GetBlockSize()
    width, height = image.RasterXSize, image.RasterYSize
    corners = [(col, row) for row in range(0, height, rows) for col in range(0, width, cols)]
    started = time.perf_counter()
    blocks = [image.ReadRaster(col, row, min(cols, width - col), min(rows, height - row)) for col, row in corners]
    ms = (time.perf_counter() - started) * 1e3
    return {"ms": ms, "sha256": hashlib.sha256(b"".join(blocks)).hexdigest()}


JOBS = {"version": version, "make": make, "read": read}


def answer(line):
    request = json.loads(line)
    job = JOBS[request.pop("job")]
    try:
        return job(**request)
    except Exception as error:  # the other side of the pipe decides what a failure means
        return {"error": repr(error)}


for text in sys.stdin:
    print(json.dumps(answer(text)), flush=True)
