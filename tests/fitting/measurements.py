"""Measurements of a device that is known, made as instruments make them."""

import numpy as np

import neurodyn as nd

TRUTH = {"R_0": 190.0, "E_a": 0.215 * nd.eV, "eps_r_d": 45 * 31e-9, "R_th": 2040816.0}


def rounded(values, full_scale, bits=12):
    """Return values as a converter of a fixed range gives them."""
    step = full_scale / 2**bits
    return np.round(values / step) * step


def voltage_sweep(model, load, top, step):
    """Return V and I of the device, up and down, behind a load, and no source of current.

    Independent of the fit: the dense curve of :func:`neurodyn.iv_curve`, followed by the voltage of
    the source to where it turns, and from there to the other branch.
    """
    curve = nd.iv_curve(model, current=(1e-8, 0.02), n=20_000)
    source = curve.V + load * curve.I
    turns = np.flatnonzero(np.diff(np.sign(np.diff(source)))) + 1
    up, down = np.arange(step, top, step), np.arange(top, step / 2, -step)
    if not len(turns):
        I = np.interp(np.concatenate([up, down]), source, curve.I)
    else:
        first, second = turns[0], turns[-1]
        x = np.concatenate([up, down])
        off = np.interp(x, source[: first + 1], curve.I[: first + 1])
        on = np.interp(x, source[second:], curve.I[second:])
        I = np.where(np.append(up < source[first], down <= source[second]), off, on)
    return np.concatenate([up, down]) - load * I, I
