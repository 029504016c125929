"""Reads windows of files with GDAL: a question a line, as JSON, and an answer a line.

The pixels of a band are those that GDAL presents, in its own data type, and 0 where the file's mask band is 0: that is
how missing integers are held on our side.
"""
import base64
import json
import resource
import sys

import numpy as np
from osgeo import gdal

MOST_BYTES = 3 * 2**30
resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
gdal.DontUseExceptions()
gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")
gdal.SetConfigOption("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR")
messages = []


def hear(level, number, text):
    messages.append((level, text))


def answer(question):
    dataset = gdal.Open(question["path"])
    if dataset is None:
        return None
    bands = min(question["bands"], dataset.RasterCount)
    cols = min(question["cols"], dataset.RasterXSize)
    rows = min(question["rows"], dataset.RasterYSize)
    read = []
    for band in range(1, bands + 1):
        source = dataset.GetRasterBand(band)
        values = source.ReadAsArray(0, 0, cols, rows)
        if values is None:
            return None
        if source.GetMaskFlags() == gdal.GMF_PER_DATASET:
            held = source.GetMaskBand().ReadAsArray(0, 0, cols, rows)
            if held is None:
                return None
            values = np.where(held == 0, 0, values).astype(values.dtype)
        read.append(values)
    pixels = np.array(read)
    return {
        "bands": bands,
        "rows": rows,
        "cols": cols,
        "dtype": str(pixels.dtype),
        "compression": dataset.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE") or "NONE",
        "data": base64.b64encode(pixels.tobytes()).decode(),
    }


gdal.PushErrorHandler(hear)
for line in sys.stdin:
    messages.clear()
    try:
        pixels = answer(json.loads(line))
    except (MemoryError, ValueError, RuntimeError) as error:
        pixels = None
        messages.append((gdal.CE_Failure, repr(error)))
    errors = [text for level, text in messages if level >= gdal.CE_Failure]
    warnings = [text for level, text in messages if level == gdal.CE_Warning]
    print(json.dumps({"pixels": pixels, "errors": errors[:3], "warnings": warnings[:3]}), flush=True)
