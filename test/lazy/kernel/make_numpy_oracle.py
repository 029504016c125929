"""What numpy says of each expression over typed planes, for kernel.test.ts. Run: python3 make_numpy_oracle.py

Planes have nodata, scale and offset; an answer is null where an input is nodata or numpy's float64 answer is not finite.
"""
import json
import pathlib

import numpy as np

PIXELS = 67
random = np.random.default_rng(20240405)


def plane(dtype, low, high, nodata, scale=1, offset=0):
    data = random.integers(low, high, PIXELS).astype(dtype)
    if dtype.startswith("float"):
        data += random.integers(0, 8, PIXELS).astype(dtype) / 8
    if nodata is not None:
        data[random.random(PIXELS) < 0.2] = nodata
    return {"dtype": dtype, "data": data, "nodata": nodata, "scale": scale, "offset": offset}


planes = {
    "red": plane("uint16", 0, 12000, 0, 0.0000275, -0.2),
    "nir": plane("uint16", 0, 20000, 65535, 0.0000275, -0.2),
    "raw": plane("uint16", 0, 65536, 0),
    "blue": plane("int16", -100, 3000, -9999),
    "scl": plane("uint8", 0, 12, 0),
    "qa": plane("uint16", 0, 65536, 1),
    "flags": plane("uint32", 0, 2**32, None),
    "tiny": plane("int8", -128, 128, None),
    "dem": plane("float32", -20, 900, -32768),
    "fine": plane("float64", -5, 5, None),
    "wide": plane("int64", -(2**40), 2**40, None),
    "huge": plane("uint64", 0, 2**50, None),
    "grid": plane("int32", -(2**31), 2**31, 7),
}

cases = [
    ("(nir - red) / (nir + red)",) * 2,
    ("(raw - blue) / (raw + blue)",) * 2,
    ("2.5 * (nir - red) / (nir + 6 * red - 7.5 * blue + 1)",) * 2,
    ("where((qa & 8) == 0 and (qa >> 3) & 1 == 0, raw, -raw)", "np.where(((qa & 8) == 0) & ((qa >> 3 & 1) == 0), raw, -raw)"),
    ("qa >> 6 & 3 | scl << 4",) * 2,
    ("flags & 0xffff0000", "flags & 0xffff0000"),
    ("flags >> 31 | tiny & 6",) * 2,
    ("grid & 255",) * 2,
    ("wide & 4095",) * 2,
    ("huge >> 10",) * 2,
    ("-grid + wide * 2",) * 2,
    ("max(min(dem, raw, 500), tiny)", "np.maximum(np.minimum(np.minimum(dem, raw), 500), tiny)"),
    ("clip(dem, -1, 400) / fine", "np.clip(dem, -1, 400) / fine"),
    ("round(fine) + floor(fine) * 3 - ceil(fine)", "np.round(fine) + np.floor(fine) * 3 - np.ceil(fine)"),
    ("abs(fine) + sign(tiny)", "np.abs(fine) + np.sign(tiny)"),
    ("sqrt(dem)", "np.sqrt(dem)"),
    ("blue ** 2 - dem ** 2",) * 2,
    ("scl == 4 or scl == 5 or not scl < 10", "(scl == 4) | (scl == 5) | ~(scl < 10)"),
    ("dem > 100 and fine <= 1 and tiny != 3 and blue >= 0", "(dem > 100) & (fine <= 1) & (tiny != 3) & (blue >= 0)"),
]

INTEGER = ("qa", "flags", "tiny", "scl", "grid", "wide", "huge")


def answer(python):
    """numpy's answer in float64; bits are those of int64, which all planes of `INTEGER` fit."""
    bitwise = any(sign in python for sign in ("& 8", "& 1", "& 3", "& 6", "& 0x", "& 255", "& 4095", ">> "))
    scope, missing = {"np": np}, np.zeros(PIXELS, bool)
    for name, entry in planes.items():
        if name not in python:
            continue
        kind = "int64" if bitwise and name in INTEGER else "float64"
        value = entry["data"].astype(kind)
        if entry["scale"] != 1 or entry["offset"] != 0:
            value = value * entry["scale"] + entry["offset"]
        scope[name] = value
        if entry["nodata"] is not None:
            missing |= entry["data"] == entry["nodata"]
    with np.errstate(all="ignore"):
        values = np.asarray(eval(python, scope), dtype="float64")
    return [None if gone or not np.isfinite(v) else float(v) for v, gone in zip(values, missing)]


out = {
    "numpy": np.__version__,
    "planes": {
        name: {**entry, "data": [float(v) if entry["dtype"].startswith("float") else int(v) for v in entry["data"]]}
        for name, entry in planes.items()
    },
    "cases": [{"expression": text, "answer": answer(python)} for text, python in cases],
}
path = pathlib.Path(__file__).with_name("numpy-oracle.json")
path.write_text(json.dumps(out) + "\n")
