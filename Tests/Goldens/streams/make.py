#!/usr/bin/env python3
"""Writes the golden streams of Tests/RecordStreamsTests with NumPy, and checks that NumPy reads them back in a loop.

usage: make.py [DIRECTORY]      (default: the directory of this script)
"""
import gzip
import json
import math
import pathlib
import sys

import numpy as np

out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
rng = np.random.default_rng(7)


def number(x):
    """The shortest decimal of x, in the layout of ECMAScript's Number::toString (RFC 8785), and -0 as -0."""
    x = float(x)
    if math.isnan(x):
        return "null"
    if x == 0:
        return "-0" if math.copysign(1, x) < 0 else "0"
    sign, digits, exponent = "-" if x < 0 else "", *repr_parts(abs(x))
    n = exponent + len(digits)  # value = 0.digits * 10^n
    if len(digits) <= n <= 21:
        return sign + digits + "0" * (n - len(digits))
    if 0 < n <= 21:
        return sign + digits[:n] + "." + digits[n:]
    if -6 < n <= 0:
        return sign + "0." + "0" * -n + digits
    e = f"e{'+' if n > 0 else '-'}{abs(n - 1)}"
    return sign + digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + e


def repr_parts(x):
    mantissa, _, exponent = repr(x).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    e = int(exponent or 0) - len(fraction)
    stripped = digits.rstrip("0")
    return stripped, e + len(digits) - len(stripped)


def single(x):
    """The shortest decimal of a float32."""
    return number(float(str(np.float32(x))))


def time(ms):
    if ms == np.iinfo(np.int64).min:
        return "null"
    text = str(np.datetime64(int(ms), "ms"))
    return '"' + (text[:-4] if text.endswith(".000") else text) + 'Z"'


def integer(x):
    return "null" if x == np.iinfo(np.int64).min else str(int(x))


def truth(x):
    return {0: "false", 1: "true", -1: "null"}[int(x)]


WRITERS = {"timestamp": time, "is_anomaly": truth, "label": truth, "unit_id": integer, "cycle": integer, "rul": integer}


def members(record, names):
    return [f"{json.dumps(n)}:{WRITERS.get(n, number)(record[n])}" for n in names]


def save(name, *arrays):
    with open(out / name, "wb") as f:
        for array in arrays:
            np.save(f, array)
    with open(out / name, "rb") as f:
        for array in arrays:
            loaded = np.load(f)
            assert loaded.dtype == array.dtype and loaded.tobytes() == array.tobytes()
        assert f.read() == b""


def save_version(name, array, version):
    with open(out / name, "wb") as f:
        np.lib.format.write_array(f, array, version=version)


def lines(name, records):
    (out / name).write_text("".join("{" + ",".join(r) + "}\n" for r in records), encoding="utf-8")


# Rows: five records in arrays of two, as RecordWriter with arrayLength 2 writes them.
columns = ["op_setting_1", "sensor_2", "sensor_2_mean_5", "temp'in", "p\\out"]
rows = np.zeros(5, [("unit_id", "<i8"), ("cycle", "<i8"), ("timestamp", "<i8"), ("rul", "<i8"), ("is_anomaly", "?")]
                + [(c, "<f8") for c in columns])
rows["unit_id"] = [1, 1, 1, 2, -7]
rows["cycle"] = [1, 2, 3, 1, np.iinfo(np.int64).min]
rows["timestamp"] = [1704067200000, 1704067201250, -1, np.iinfo(np.int64).min, 253402300799999]
rows["rul"] = [2, 1, 0, np.iinfo(np.int64).min, 10**12]
rows["is_anomaly"] = [False, False, True, True, False]
rows["op_setting_1"] = [-0.0007, 0.0, -0.0, 100.0, 42.0049]
rows["sensor_2"] = [641.82, math.nan, 5e-324, 1.7976931348623157e308, 1e21]
rows["sensor_2_mean_5"] = [641.8199999999999, 1 / 3, 1e-7, 1.5e-6, 2**53 + 2]
rows["temp'in"] = [1e20, 123456789012345680.0, 1e16, 2.2250738585072014e-308, 9007199254740993.0]
rows["p\\out"] = rng.standard_normal(5)
save("rows.npy", rows[0:2], rows[2:4], rows[4:5])
lines("rows.ndjson", [members(r, rows.dtype.names) for r in rows])

# Two gzip members, divided within a line, and padding.
text = (out / "rows.ndjson").read_bytes()
(out / "rows.ndjson.gz").write_bytes(
    gzip.compress(text[:500], mtime=0) + gzip.compress(text[500:], mtime=0) + bytes(16))

# Types that are read and not written; an unknown label makes is_anomaly |i1 on writing.
odd = np.zeros(3, [("is_anomaly", "i1"), ("site", "U5"), ("a", "<f4"), ("unit_id", "<u2"), ("", "V3"), ("b", "<i4"),
                   ("c", "?"), ("timestamp", "<M8[us]"), ("tag", "S4"), ("d", "<u8"), ("rul", "<f8")])
odd["is_anomaly"] = [-1, 0, 1]
odd["site"] = ["Köln", "", "日本𝄞"]
odd["a"] = [0.1, 641.82, -3]
odd["unit_id"] = [1, 2, 65535]
odd["b"] = [-1, 2**31 - 1, 0]
odd["c"] = [True, False, True]
odd["timestamp"] = np.array(["2024-01-01T00:00:00.001500", "1969-12-31T23:59:59.999500", "NaT"], "M8[us]")
odd["tag"] = [b"x", b"a\"b", b""]
odd["d"] = [1, 2**53, 0]
odd["rul"] = [5, math.nan, 0]
ms = odd["timestamp"].astype("M8[ms]").astype("i8")
save("odd.npy", odd)
lines("odd.ndjson", [
    [f'"unit_id":{r["unit_id"]}', f'"timestamp":{time(t)}',
     f'"rul":{"null" if math.isnan(r["rul"]) else int(r["rul"])}', f'"is_anomaly":{truth(r["is_anomaly"])}',
     f'"a":{number(r["a"])}', f'"b":{r["b"]}', f'"c":{int(r["c"])}', f'"d":{r["d"]}',
     f'"site":{json.dumps(str(r["site"]), ensure_ascii=False)}', f'"tag":{json.dumps(r["tag"].decode())}']
    for r, t in zip(odd, ms)])
for version in [(1, 0), (2, 0), (3, 0)]:
    save_version(f"version{version[0]}.npy", rows[:2], version)

# Windows.
step = [("sensor_2", "<f4"), ("sensor_3", "<f4"), ("s4", "<f4")]
windows = np.zeros(3, [("unit_id", "<i8"), ("cycle", "<i8"), ("timestamp", "<i8"), ("window", step, (4,))])
windows["unit_id"] = [1, 1, 2]
windows["cycle"] = [4, 5, 4]
windows["timestamp"] = [1704067203000, 1704067204000, 1704070803000]
for name, _ in step:
    windows["window"][name] = (rng.standard_normal((3, 4)) * 500).round(2)
windows["window"]["s4"][0] = [1e-30, 16777216, 3.4028235e38, 1e-45]
save("windows.npy", windows[:2], windows[2:])
lines("windows.ndjson", [
    members(w, ["unit_id", "cycle", "timestamp"])
    + ['"window":[' + ",".join("{" + ",".join(f'"{n}":{single(s[n])}' for n, _ in step) + "}" for s in w["window"]) + "]"]
    for w in windows])
plain = np.stack([windows["window"][n] for n, _ in step], axis=-1)
save("plain4.npy", plain)
save("plain8.npy", plain.astype("f8"))
save("fortran.npy", np.asfortranarray(plain))
lines("plain.ndjson", [
    [f'"unit_id":{i}', '"window":[' + ",".join(
        "{" + ",".join(f'"{n}":{single(s[k])}' for k, (n, _) in enumerate(step)) + "}" for s in w) + "]"]
    for i, w in enumerate(plain)])

# Scored records; the second array has members that the first lacks.
first = np.zeros(2, [("unit_id", "<i8"), ("cycle", "<i8"), ("timestamp", "<i8"), ("anomaly_score", "<f8"),
                     ("is_anomaly", "?"), ("confidence", "<f8"), ("threshold", "<f8"), ("model_version", "S16"),
                     ("error", "<f8"), ("contributions", [("sensor_2", "<f8"), ("sensor_3", "<f8")]), ("rul", "<i8"),
                     ("label", "?")])
first["unit_id"], first["cycle"], first["timestamp"] = [1, 1], [30, 31], [1704067229000, 1704067230000]
first["anomaly_score"], first["is_anomaly"], first["confidence"] = [0.25, 0.75], [False, True], [0.9, math.nan]
first["threshold"], first["model_version"], first["error"] = 0.5, b"prod/3", [0.0125, math.nan]
first["contributions"]["sensor_2"], first["contributions"]["sensor_3"] = [0.625, 0.25], [0.375, 0.75]
first["rul"], first["label"] = [5, 4], [False, True]
second = np.zeros(1, [("unit_id", "<i8"), ("cycle", "<i8"), ("timestamp", "<i8"), ("anomaly_score", "<f8"),
                      ("is_anomaly", "|i1"), ("confidence", "<f8"), ("threshold", "<f8"), ("model_version", "S32"),
                      ("error", "<f8"), ("contributions", [("sensor_2", "<f8"), ("sensor_3", "<f8")]), ("rul", "<i8"),
                      ("label", "|i1"), ("status", "S6"), ("baseline", "S16")])
second["unit_id"], second["cycle"], second["timestamp"] = 2, 7, np.iinfo(np.int64).min
second["is_anomaly"], second["model_version"] = -1, "größer/2026-01-01T00:00".encode()
for name in ["anomaly_score", "confidence", "threshold", "error"]:
    second[name] = math.nan
second["contributions"] = (math.nan, math.nan)
second["rul"], second["label"], second["status"], second["baseline"] = np.iinfo(np.int64).min, -1, b"warmup", b"fleet"
save("scored.npy", first, second)
(out / "scored.ndjson").write_text(
    '{"unit_id":1,"cycle":30,"timestamp":"2024-01-01T00:00:29Z","anomaly_score":0.25,"is_anomaly":false,"confidence":0.9,'
    '"threshold":0.5,"model_version":"prod/3","error":0.0125,"contributions":{"sensor_2":0.625,"sensor_3":0.375},'
    '"rul":5,"label":false}\n'
    '{"unit_id":1,"cycle":31,"timestamp":"2024-01-01T00:00:30Z","anomaly_score":0.75,"is_anomaly":true,"confidence":null,'
    '"threshold":0.5,"model_version":"prod/3","error":null,"contributions":{"sensor_3":0.75,"sensor_2":0.25},'
    '"rul":4,"label":true}\n'
    '{"unit_id":2,"cycle":7,"anomaly_score":null,"is_anomaly":null,"confidence":null,'
    '"threshold":null,"model_version":"größer/2026-01-01T00:00","error":null,"contributions":{},'
    '"status":"warmup","baseline":"fleet"}\n', encoding="utf-8")
