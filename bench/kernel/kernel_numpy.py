"""The questions of kernel.mjs in numpy, for kernel.mjs: python3 kernel_numpy.py PIXELS ROUNDS SHARES.

`whole` computes over whole planes, as people write it; `strips` over 16,384 pixels at a time, which stay in the cache.
"""
import json
import sys
import time

import numpy as np

pixels, rounds = int(sys.argv[1]), int(sys.argv[2])
shares = [float(share) for share in sys.argv[3].split(",")]
STRIP = 16384


def plane(share, seed, dtype, qa=False):
    random = np.random.default_rng(seed)
    gone = random.random(pixels) < share
    if qa:
        return np.where(gone, 22280, 21824).astype("uint16")
    return np.where(gone, 0, 1 + random.random(pixels) * 20000).astype(dtype)


def value(band):
    """Samples as values: double precision, NaN where the sample means nodata."""
    out = band.astype("float64")
    out[band == 0] = np.nan
    return out


def ndvi(nir, red, *_):
    n, r = value(nir), value(red)
    return (n - r) / (n + r)


def evi(nir, red, blue):
    n, r, b = value(nir), value(red), value(blue)
    return 2.5 * (n - r) / (n + 6 * r - 7.5 * b + 1)


def masked(nir, red, qa):
    clear = ((qa & 8) == 0) & (((qa >> 3) & 1) == 0) & ((qa & 16) == 0)
    return np.where(clear, ndvi(nir, red), np.nan)


def whole(function, bands, out):
    out[:] = function(*bands)


def strips(function, bands, out):
    for start in range(0, pixels, STRIP):
        part = slice(start, start + STRIP)
        out[part] = function(*(band[part] for band in bands))


def best(run, function, bands):
    out = np.empty(pixels)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run(function, bands, out)
        times.append(time.perf_counter() - start)
    return min(times) * 1e9 / pixels


answers = {}
with np.errstate(all="ignore"):
    for share in shares:
        three = [plane(share, seed, "uint16") for seed in (1, 2, 3)]
        singles = [band.astype("float32") for band in three[:2]]
        for title, function, bands in [
            ("NDVI", ndvi, three[:2]),
            ("EVI", evi, three),
            ("NDVI where QA bits are clear", masked, [*three[:2], plane(share, 4, "uint16", qa=True)]),
            ("NDVI of float32", ndvi, singles),
        ]:
            key = f"{title} {share:g}"
            answers[key] = {"whole": best(whole, function, bands), "strips": best(strips, function, bands)}
print(json.dumps(answers))
