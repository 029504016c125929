"""
The questions that cube.py has xarray answer.

An expression is band math as users write it, and the same in xarray. Where an operand is missing so is the result, also of
comparisons, `and`, `or`, `not` (where xarray would answer False); an infinity is missing too.
"""
import numpy as np

from cube_series import bits

CLOUD = [{"band": "BQA", "bits": [4]}]
CLM = [{"band": "CLM", "values": [1]}]
NDVI = "(nir - red) / (nir + red)"
EVI = "2.5 * (nir - red) / (nir + 6 * red - 7.5 * blue + 50000)"


def both(result, *operands):
    """0 or 1, missing where an operand is."""
    for operand in operands:
        result = result.where(operand.notnull())
    return result * 1.0


# Band math of the Landsat bands, and the same in xarray over `d`, a Dataset of float64 with NaN for missing.
LANDSAT_MATH = {
    NDVI: lambda d: (d.nir - d.red) / (d.nir + d.red),
    EVI: lambda d: 2.5 * (d.nir - d.red) / (d.nir + 6 * d.red - 7.5 * d.blue + 50000),
    "swir1 + swir2 * 2 - 100": lambda d: d.swir1 + d.swir2 * 2 - 100,
    "red % 1000": lambda d: d.red % 1000,
    "(red / 10000) ** 1.5": lambda d: (d.red / 10000) ** 1.5,
    "-sqrt(nir) + log(red) * log10(blue)": lambda d: -np.sqrt(d.nir) + np.log(d.red) * np.log10(d.blue),
    "log(nir - red)": lambda d: np.log(d.nir - d.red),
    "1000 / (red - green)": lambda d: 1000 / (d.red - d.green),
    "min(red, green, blue)": lambda d: np.minimum(np.minimum(d.red, d.green), d.blue),
    "max(red, nir) - abs(red - nir)": lambda d: np.maximum(d.red, d.nir) - np.abs(d.red - d.nir),
    "where(nir > red, nir, -red)": lambda d: d.nir.where(d.nir > d.red, -d.red).where(
        d.nir.notnull() & d.red.notnull()
    ),
    "clip(nir, 8000, 14000)": lambda d: d.nir.clip(8000, 14000),
    "nir > red": lambda d: both(d.nir > d.red, d.nir, d.red),
    "nir <= 10000": lambda d: both(d.nir <= 10000, d.nir),
    "red == green or not nir > 12000": lambda d: both((d.red == d.green) | ~(d.nir > 12000), d.red, d.green, d.nir),
    "nir > 9000 and red < 9000": lambda d: both((d.nir > 9000) & (d.red < 9000), d.nir, d.red),
    "BQA & 16": lambda d: (bits(d.BQA) & 16).where(d.BQA.notnull()),
    "BQA >> 5 & 3": lambda d: (np.right_shift(bits(d.BQA), 5) & 3).where(d.BQA.notnull()),
    "(BQA & 16) == 0": lambda d: both((bits(d.BQA) & 16) == 0, d.BQA),
    "isnan(red)": lambda d: d.red.isnull() * 1.0,
    "where(isnan(red), -1, red)": lambda d: d.red.fillna(-1),
    "red": lambda d: d.red,
    "nir": lambda d: d.nir,
}
SLOVENIA_MATH = {"NDVI": lambda d: d.NDVI, "where(NDVI > 0.3, NDVI, nan)": lambda d: d.NDVI.where(d.NDVI > 0.3)}

TIME, PLANE, ALL = ["time"], ["y", "x"], ["time", "y", "x"]


def reductions(dims):
    """Every reduction over these dimensions, as steps."""
    verbs = ["mean", "sum", "min", "max", "std", "variance", "count", "median"]
    steps = [{"verb": verb, "dims": dims} for verb in verbs] + [{"verb": "sum", "dims": dims, "minCount": 1}]
    steps += [{"verb": "quantile", "dims": dims, "q": q} for q in (0.1, 0.9, [0.1, 0.5, 0.9])]
    return steps + [{"verb": verb, "dims": dims, "skipna": False} for verb in ("mean", "max")]


def along_time():
    """Every verb that keeps time, and those that bin it, as lists of steps."""
    yield from ([{"verb": verb, "dims": TIME}] for verb in ("first", "last", "argmin", "argmax"))
    for freq in ("1M", "MS", "QS-DEC", "1Y"):
        yield from (
            [{"verb": "resample", "time": freq, "reduce": verb}]
            for verb in ("mean", "median", "max", "count", "first", "last")
        )
    yield from ([{"verb": "resample", "time": "2MS", "reduce": verb}] for verb in ("sum", "min", "std"))
    yield [{"verb": "resample", "time": "2MS", "reduce": "sum", "minCount": 1}]
    yield [{"verb": "resample", "time": "QS-DEC", "reduce": "quantile", "q": 0.9}]
    for group in ("time.month", "time.season", "time.year"):
        yield from ([{"verb": "groupby", "group": group, "reduce": verb}] for verb in ("mean", "median", "std", "max"))
    yield from (
        [{"verb": "groupby", "group": "time.season", "reduce": verb}] for verb in ("sum", "count", "first", "last")
    )
    yield from ([{"verb": "groupby", "group": "time.dayofyear", "reduce": verb}] for verb in ("mean", "max"))
    yield from ([{"verb": "anomaly", "group": group}] for group in ("time.month", "time.season"))
    yield from rollings()
    yield [{"verb": "diff"}]
    yield [{"verb": "cumsum"}]
    for verb in ("ffill", "bfill"):
        yield [{"verb": verb}]
        yield [{"verb": verb, "limit": 1}]
    yield [{"verb": "fillna", "value": -1}]


def rollings():
    for center in (False, True):
        for least in (1, None):
            for verb in ("mean", "max", "median", "sum", "std"):
                yield [{"verb": "rolling", "window": 3, "center": center, "minPeriods": least, "reduce": verb}]
    yield [{"verb": "rolling", "window": 4, "center": True, "minPeriods": 2, "reduce": "mean"}]
    yield [{"verb": "rolling", "window": 5, "center": False, "minPeriods": 3, "reduce": "count"}]


def interpolations():
    yield [{"verb": "interpolate", "method": "linear"}]
    yield [{"verb": "interpolate", "method": "nearest"}]
    yield [{"verb": "interpolate", "method": "linear", "maxGapDays": 100}]


def question(of, mask, steps):
    return {"of": of, "mask": mask, "steps": steps}


def landsat_questions():
    for text in LANDSAT_MATH:
        yield question(text, [] if "BQA" in text else CLOUD, [])
    yield question("red", [], [])
    yield question("red", [{"band": "BQA", "bits": [0, 4]}, {"band": "BQA", "bitRange": [7, 8], "values": [3]}], [])
    yield question("red", [{"band": "BQA", "bitRange": [5, 6], "values": [2, 3]}], [])
    for metres in (3000, 4300, 15000):
        yield question("red", [{**CLOUD[0], "growMetres": metres}], [])
    yield from (question(band, [], [{"verb": "solarDay"}]) for band in ("red", "BQA"))
    yield question("BQA", [], [{"verb": "isin", "values": [2720, 2722, 2976]}])
    yield question("red", CLOUD, [{"verb": "scale", "scale": 2e-5, "offset": -0.1}])
    yield question("nir", CLOUD, [{"verb": "clip", "min": 8000, "max": 14000}])
    for dims in (TIME, PLANE, ALL, ["x"]):
        yield from (question(NDVI, CLOUD, [step]) for step in reductions(dims))
    yield from (question("red", [], [step]) for step in reductions(TIME)[:9])
    for steps in along_time():
        yield question(NDVI, CLOUD, steps)
    for freq in ("1D", "1W", "7D"):
        for verb in ("mean", "count", "first"):
            yield question(
                NDVI, CLOUD, [{"verb": "resample", "time": freq, "reduce": verb}, {"verb": "mean", "dims": PLANE}]
            )
    for steps in interpolations():
        yield question(NDVI, CLOUD, [{"verb": "isel", "start": 6, "stop": 12}, *steps])


def band_questions():
    """Of the first six bands stacked, [time, band, y, x]."""
    for dims in (["band"], ["time"], ["time", "band"], ["band", "y", "x"]):
        for verb in ("mean", "std", "median", "max", "count"):
            yield question("bands", CLOUD, [{"verb": verb, "dims": dims}])
    yield from (
        question("bands", CLOUD, [{"verb": verb, "dims": ["band"]}]) for verb in ("argmin", "argmax", "first", "last")
    )


def slovenia_questions():
    for text in SLOVENIA_MATH:
        yield question(text, CLM, [])
    yield question("NDVI", [], [])
    yield question("NDVI", [{**CLM[0], "growMetres": 25}], [])
    for dims in (TIME, PLANE, ALL):
        yield from (question("NDVI", CLM, [step]) for step in reductions(dims))
    for steps in along_time():
        yield question("NDVI", CLM, steps)
    for steps in interpolations():
        yield question("NDVI", CLM, steps)


def long_questions():
    """A few of each kind, for the 68 dates."""
    for dims in (TIME, PLANE, ALL):
        yield from (question("NDVI", CLM, [step]) for step in reductions(dims))
    for verb in ("first", "last", "argmin", "argmax"):
        yield question("NDVI", CLM, [{"verb": verb, "dims": TIME}])
    for freq in ("MS", "QS-DEC", "1Y"):
        for verb in ("mean", "median", "max", "count"):
            yield question("NDVI", CLM, [{"verb": "resample", "time": freq, "reduce": verb}])
    for freq in ("7D", "1W", "1M"):
        yield question(
            "NDVI", CLM, [{"verb": "resample", "time": freq, "reduce": "mean"}, {"verb": "mean", "dims": PLANE}]
        )
    for group in ("time.month", "time.season", "time.year"):
        for verb in ("mean", "median", "std"):
            yield question("NDVI", CLM, [{"verb": "groupby", "group": group, "reduce": verb}])
    yield question("NDVI", CLM, [{"verb": "anomaly", "group": "time.month"}])
    for least in (1, None):
        yield question(
            "NDVI", CLM, [{"verb": "rolling", "window": 5, "center": True, "minPeriods": least, "reduce": "median"}]
        )
    yield question("NDVI", CLM, [{"verb": "ffill"}])
    for steps in interpolations():
        yield question("NDVI", CLM, steps)
