"""One xarray call for each verb that cube.py asks about: `apply(array, step)`, a step being a question's JSON."""
import numpy as np
import xarray as xr

from time_labels import old_spelling


def reduce(array, verb, dims, step):
    """
    A reduction, `skipna` unless the step says false. `variance` is xarray's `var`; `ddof` is 0. The sum of nothing is 0, and
    missing where the step has a `minCount` of 1. `first`, `last`, `argmin`, `argmax`: of what is there along the one
    dimension, the first of equals, missing where nothing is there.
    """
    skipna = step.get("skipna", True)
    if verb == "count":
        return array.count(dims)
    if verb == "sum":
        return array.sum(dims, skipna=skipna, min_count=step.get("minCount"))
    if verb == "quantile":
        return array.quantile(step["q"], dims, skipna=skipna)
    if verb in ("first", "last", "argmin", "argmax"):
        return position(array, verb, dims[0])
    return getattr(array, {"variance": "var"}.get(verb, verb))(dims, skipna=skipna)


def position(array, verb, dim):
    there = array.notnull()
    if verb == "first":
        at = there.argmax(dim)
    elif verb == "last":
        at = array.sizes[dim] - 1 - there.isel({dim: slice(None, None, -1)}).argmax(dim)
    elif verb == "argmax":
        return array.fillna(-np.inf).argmax(dim).where(there.any(dim))
    else:
        return array.fillna(np.inf).argmin(dim).where(there.any(dim))
    return array.isel({dim: at}).drop_vars(dim)


def grouped(groups, step):
    """A reduction of `resample` or `groupby`. A bin without any time is NaN whatever the reduction, also a count."""
    verb = step["reduce"]
    if verb == "quantile":
        return groups.quantile(step["q"])
    if verb in ("first", "last"):
        return getattr(groups, verb)()
    if verb == "sum":
        return groups.sum("time", min_count=step.get("minCount"))
    return getattr(groups, verb)("time")


def rolling(array, step):
    windows = array.rolling(time=step["window"], center=step["center"], min_periods=step["minPeriods"])
    return getattr(windows, step["reduce"])()


def interpolate(array, step):
    """Between what is there, by the time that has passed; of two equally near times the earlier. Nothing before or after."""
    days = step.get("maxGapDays")
    with xr.set_options(use_bottleneck=True):
        return array.interpolate_na(
            "time", method=step["method"], max_gap=None if days is None else np.timedelta64(days, "D")
        )


def solar_day(array):
    """One step a day: of its scenes in order the first that has a value, pixel by pixel. Labelled by the day."""
    days = array.groupby("time.date").first().rename(date="time")
    return days.assign_coords(time=days.time.values.astype("datetime64[ns]"))


def filled(array, step):
    with xr.set_options(use_bottleneck=True):
        return getattr(array, step["verb"])("time", limit=step.get("limit"))


def anomaly(array, step):
    groups = array.groupby(step["group"])
    return (groups - groups.mean("time")).drop_vars(step["group"].split(".")[1])


def apply(array, step):
    """The array after one verb."""
    verb = step["verb"]
    other = {
        "isel": lambda: array.isel(time=slice(step["start"], step["stop"])),
        "resample": lambda: grouped(array.resample(time=old_spelling(step["time"])), step),
        "groupby": lambda: grouped(array.groupby(step["group"]), step),
        "anomaly": lambda: anomaly(array, step),
        "rolling": lambda: rolling(array, step),
        "solarDay": lambda: solar_day(array),
        "diff": lambda: array.diff("time"),
        "cumsum": lambda: array.cumsum("time"),
        "ffill": lambda: filled(array, step),
        "bfill": lambda: filled(array, step),
        "interpolate": lambda: interpolate(array, step),
        "fillna": lambda: array.fillna(step["value"]),
        "clip": lambda: array.clip(step["min"], step["max"]),
        "isin": lambda: array.isin(step["values"]).where(array.notnull()),
        "scale": lambda: array * step["scale"] + step["offset"],
    }
    return other[verb]() if verb in other else reduce(array, verb, step["dims"], step)
