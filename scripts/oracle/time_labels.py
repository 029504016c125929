"""
What xarray and pandas say of time labels, for test/cube/time-bins.test.ts and test/cube/time-select.test.ts.

Run: /usr/bin/python3 -B -W ignore scripts/oracle/time_labels.py && npx biome check --write test/cube/oracle
Debian's python3-xarray and python3-pandas. Writes test/cube/oracle/time-bins.json and time-select.json.

Series of times are written once, and questions name them. `resample`: the labels of `resample(time=freq)` with every
empty bin, and the bin of each time; the pandas of Debian 12 spells some frequencies in the old manner, which
SPELLING translates. `groupby`: the sorted groups, and the group of each time. `sel`: the positions that
`Index.get_indexer`, or `sel` with text, gives.
"""
import json
import pathlib
import random
import re
import subprocess

import numpy as np
import pandas as pd
import xarray as xr

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "test/cube/oracle"

# What pandas calls it since 2.2 and here, and what it called it before.
SPELLING = {"ME": "M", "QE": "Q", "YE": "A", "Y": "A", "YS": "AS", "h": "H"}

FREQUENCIES = """
30min min 90min 1h 5h 6h 24h 36h D 1D 2D 3D 7D 10D 16D 30D 365D
W 1W 2W 3W W-MON W-WED W-SUN W-SAT 2W-THU
M 1M ME 2M 3ME 5M 12M MS 1MS 2MS 3MS 7MS
Q 1Q QE 2Q Q-NOV Q-JAN Q-FEB QE-MAR 3Q-OCT QS QS-DEC 2QS-DEC QS-JAN QS-FEB QS-NOV
Y 1Y YE 2Y 3YE Y-JUN YE-FEB YS 1YS 2YS YS-OCT YS-FEB
""".split()

# Short bins are not asked for over decades: pandas would make all of them.
LONGEST_DAYS = {
    "min": 2,
    "30min": 20,
    "90min": 20,
    "1h": 20,
    "5h": 90,
    "6h": 90,
    "24h": 300,
    "36h": 300,
    "D": 300,
    "1D": 300,
    "2D": 400,
}

COMPONENTS = [
    "year",
    "quarter",
    "month",
    "week",
    "weekofyear",
    "dayofyear",
    "day",
    "dayofweek",
    "weekday",
    "hour",
    "season",
]


def times_in_names(folder):
    return [re.search(r"\d{8}(T\d{6})?", path.name).group(0) for path in sorted((ROOT / folder).glob("*.tif"))]


SERIES = {
    "landsat": times_in_names("data/landsat8-new-york/one-grid"),
    "slovenia": times_in_names("test/fixtures/slovenia/NDVI"),
    "one at midnight": ["2020-02-29T00:00:00"],
    "one at the end of a day": ["2019-12-31T23:59:59.999"],
    "ends of months": [
        "2023-11-30T23:59:59.999",
        "2023-12-31T00:00:00",
        "2024-01-31T12:00:00",
        "2024-02-29T00:00:00",
        "2024-02-29T23:59:59.999",
    ],
    "starts of months": [
        "2023-12-01T00:00:00",
        "2024-01-01T00:00:00",
        "2024-03-01T00:00:00.001",
        "2024-12-01T00:00:00",
    ],
    "before 1970": [
        "1959-12-31T22:30:00",
        "1960-01-04T01:00:00",
        "1960-02-29T13:14:15.167",
        "1969-12-31T23:59:59.999",
        "1970-01-01T00:00:00",
    ],
    "weeks at the turn of years": [
        "2020-12-27T10:00:00",
        "2020-12-28T00:00:00",
        "2021-01-03T23:00:00",
        "2021-01-04T00:00:00",
        "2022-01-02T08:00:00",
        "2024-12-30T08:00:00",
    ],
    "equal times": [
        "2018-04-28T15:33:00",
        "2018-04-28T15:33:00",
        "2018-04-28T15:33:24",
        "2018-09-03T15:33:00",
        "2018-09-03T15:33:00",
    ],
}


def random_series():
    """Six made series over hours to decades, with a fixed seed."""
    rng = random.Random(20180428)
    for number, days in enumerate([0.4, 3, 40, 400, 2500, 9000]):
        start = rng.randrange(-10_000, 18_000) * 86_400_000 + rng.randrange(86_400_000)
        moments = sorted(start + rng.randrange(int(days * 86_400_000)) for _ in range(9))
        SERIES[f"random {number}"] = [iso(m).rstrip("Z") for m in pd.to_datetime(moments, unit="ms")]


def iso(time):
    return pd.Timestamp(time).isoformat(timespec="milliseconds") + "Z"


def short(time):
    """A label at midnight as its date alone: `Date` reads both."""
    return iso(time).removesuffix("T00:00:00.000Z")


def array(times):
    index = pd.DatetimeIndex(times)
    return xr.DataArray(np.arange(len(index), dtype=float), {"time": index}, ["time"])


def old_spelling(freq):
    return re.sub(r"^(\d*)(ME|QE|YE|YS|Y|h)(?=-|$)", lambda m: m[1] + SPELLING[m[2]], freq)


def bins_of(grouped, labels, length):
    """The bin of each time, from xarray's own groups: lists or slices of positions."""
    bins = np.full(length, -1)
    for label, positions in grouped.groups.items():
        bins[positions] = labels.index(label)
    assert (bins >= 0).all()
    return bins.tolist()


def resample_cases():
    cases = []
    for name, times in SERIES.items():
        da = array(times)
        for freq in FREQUENCIES:
            if (da.time.values[-1] - da.time.values[0]) / np.timedelta64(1, "D") > LONGEST_DAYS.get(freq, 1e9):
                continue
            grouped = da.resample(time=old_spelling(freq))
            labels = list(grouped.count().time.values)
            bins = bins_of(grouped, labels, da.size)
            # A long list is told by its ends and length: labels between are what the bins name.
            dates = [short(label) for label in labels]
            named = sorted(set(bins))
            cases.append(
                {
                    "times": name,
                    "freq": freq,
                    "count": len(dates),
                    "first": dates[0],
                    "last": dates[-1],
                    "bins": bins,
                    "labels": [dates[b] for b in named],
                }
            )
    return cases


def group_cases():
    cases = []
    for name, times in SERIES.items():
        da = array(times)
        for component in COMPONENTS:
            if component == "week":
                key = da.time.dt.isocalendar().week.rename("week")
            else:
                key = getattr(da.time.dt, component).rename(component)
            grouped = da.groupby(key)
            labels = [label.item() if hasattr(label, "item") else label for label in grouped.count()[component].values]
            bins = bins_of(grouped, labels, da.size)
            cases.append({"times": name, "component": component, "labels": labels, "bins": bins})
    return cases


def sel_cases():
    """Text and slices by xarray's `sel` on any times; methods and tolerances by `get_indexer`, which wants them unique."""
    cases = []
    wanted = {
        "landsat": [
            "2018",
            "2018-04",
            "2018-04-28",
            "2018-09",
            "2018-12",
            "2018-01-06/2018-04-05",
            "2018-04-28/2018-04-28",
            "2018-09/2018-11",
            "../2018-03",
            "2018-12-02/..",
            "2018-09-03",
            "2018-02/2018-03-11",
            "2017/2018-01",
            "2019",
            "2018-02",
            "2018-04-06/2018-04-20",
        ],
        "slovenia": [
            "2015",
            "2016-05",
            "2016-05-16",
            "2016-05-16T10:06:47",
            "2016-05-16T10:06",
            "2015-07/2016-01",
            "2017-03-12T10:07:06/2017-05-31",
            "2016-05-17",
        ],
    }
    for name, texts in wanted.items():
        da = array(SERIES[name]).sortby("time")
        for text in texts:
            ends = [None if end == ".." else end for end in text.split("/")]
            label = slice(*ends) if len(ends) == 2 else text
            try:
                found = da.sel(time=label)
                positions = np.flatnonzero(np.isin(da.time.values, found.time.values)).tolist()
                assert np.size(found) == len(positions)
            except KeyError:
                positions = []
            cases.append({"times": name, "text": text, "positions": positions})
    unique = {
        "slovenia": [
            "2015-07-11T10:00:08",
            "2015-07-11",
            "2015-07-12",
            "2016-01-01",
            "2016",
            "2016-05-16T10:06:47",
            "2016-05-16T10:06:46.999",
            "2016-05-16T10:06:47.001",
            "2017-08-09T10:00:26.500",
            "2017-06-25T10:02:51.500",
            "2017-06-25T10:02:51.499",
            "2017-12-18",
            "2014",
            "2024-03-05T10:15:31",
        ],
        "starts of months": [
            "2023-12-16T12:00:00",
            "2023-12-16T11:59:59.999",
            "2024-01-01",
            "2024-01-31T00:00:00.0005",
            "2024-07-16T12:00:00",
            "2023-11-30",
            "2025",
        ],
    }
    days = {"slovenia": [None, 1, 40], "starts of months": [None, 15.5]}
    for name, texts in unique.items():
        index = pd.DatetimeIndex(SERIES[name])
        assert index.is_unique and index.is_monotonic_increasing
        stamps = pd.DatetimeIndex([pd.Timestamp(t).floor("ms") for t in texts])
        for method in ["nearest", "pad", "backfill"]:
            for tolerance in days[name]:
                limit = None if tolerance is None else pd.Timedelta(days=tolerance)
                positions = index.get_indexer(stamps, method=method, tolerance=limit).tolist()
                cases.append(
                    {
                        "times": name,
                        "labels": [iso(s) for s in stamps],
                        "method": method,
                        "toleranceMs": None if limit is None else int(limit.total_seconds() * 1000),
                        "positions": positions,
                    }
                )
    return cases


def xarray_version():
    """Debian's package says 999 of itself: the version is in dpkg's list."""
    return (
        subprocess.run(
            ["dpkg-query", "-W", "-f", "${Version}", "python3-xarray"], capture_output=True, text=True
        ).stdout
        or xr.__version__
    )


def write(name, content):
    lines = []
    for key, value in content.items():
        if isinstance(value, list):
            rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in value)
            lines.append(f'"{key}": [\n{rows}\n]')
        else:
            lines.append(f'"{key}": {json.dumps(value)}')
    (OUT / name).write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    random_series()
    OUT.mkdir(parents=True, exist_ok=True)
    for name, times in SERIES.items():
        SERIES[name] = sorted(times)
    header = {
        "command": "/usr/bin/python3 -B -W ignore scripts/oracle/time_labels.py",
        "versions": {"xarray": xarray_version(), "pandas": pd.__version__, "numpy": np.__version__},
        "times": {name: [iso(t) for t in pd.DatetimeIndex(times)] for name, times in SERIES.items()},
    }
    resample, groups, sel = resample_cases(), group_cases(), sel_cases()
    write("time-bins.json", {**header, "resample": resample, "groupby": groups})
    write("time-select.json", {**header, "sel": sel})
    print(f"{len(resample)} resamplings, {len(groups)} groupings, {len(sel)} selections")


if __name__ == "__main__":
    main()
