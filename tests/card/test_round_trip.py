"""A card holds all of a device: what is read back is the same, to the last digit."""

import json
import math

import numpy as np
import pytest
import sympy

import neurodyn as nd
from neurodyn.codegen.expressions import model_function
from neurodyn.model.stored import as_text, from_text, model_as_plain, model_from_plain
from tests.arguments.verbs import shared
from tests.conftest import DEVICES, DRIVEN


@pytest.mark.parametrize("suffix", ["json", "toml"])
@pytest.mark.parametrize("name", sorted(DEVICES))
def test_every_device_of_the_zoo_comes_back_as_it_was(name, suffix, tmp_path):
    model = DEVICES[name](**DRIVEN[name])
    nd.device_card(model).write(tmp_path / f"card.{suffix}")
    found = nd.load_device(tmp_path / f"card.{suffix}").model
    assert found.digest == model.digest
    assert repr(found) == repr(model)
    for part in ("states", "parameters", "inputs", "constants", "outputs", "spike", "switch"):
        assert getattr(found, part) == getattr(model, part)
    assert found.equilibria == model.equilibria
    assert (found.cycle, found.time_unit) == (model.cycle, model.time_unit)


@pytest.mark.parametrize("suffix", ["json", "toml"])
@pytest.mark.parametrize("kind", ["fit", "trace_fit"])
def test_fits_of_both_kinds_come_back_as_they_were(kind, suffix, tmp_path):
    fit = shared(kind)
    card = nd.device_card(fit)
    card.write(tmp_path / f"card.{suffix}")
    found = nd.load_device(tmp_path / f"card.{suffix}")
    assert found.fitted == fit.parameters
    assert found.nuisances == fit.nuisances
    assert np.array_equal(found.correlation, fit.correlation)
    assert dict(found.held) == dict(fit.fixed)
    assert found.ambients == fit.ambients
    assert found.T_amb == fit.T_amb
    assert (found.accepted, found.reasons) == (fit.accepted, fit.reasons)
    assert found.warnings == fit.warnings
    assert found.validity == card.validity
    assert found.model.parameter_values == fit.model.parameter_values
    assert found.to_dict() == card.to_dict()


def test_validity_is_what_the_data_reached():
    fit = shared("fit")
    seen = {one.name: (one.low, one.high) for one in nd.device_card(fit).validity}
    assert seen["I"] == (fit.data.I.min(), fit.data.I.max())
    assert seen["T"] == (fit.inner.min(), fit.inner.max())
    assert seen["T_amb"] == (298.0, 298.0)


def test_provenance_has_the_digest_of_each_measurement():
    fit = shared("fit")
    data = nd.device_card(fit).provenance["data"]
    assert [one["sha256"] for one in data] == [one.sha256 for one in fit.measurements]


def test_a_card_read_back_computes_the_same_digits(tmp_path):
    model = DEVICES["nbox_circuit"](I_s=335e-6)
    nd.device_card(model).write(tmp_path / "card.json")
    found = nd.load_device(tmp_path / "card.json").model
    x = np.array([0.7, 2e-4, 0.6, 500.0])
    values = (model_function(m, m.rhs)(x, m.p) for m in (model, found))
    assert np.array_equal(*values)


def test_numbers_that_json_has_no_word_for_survive(tmp_path):
    """An interval that is open, and one that is not known."""
    from dataclasses import replace

    card = nd.device_card(shared("fit"))
    first = replace(card.fitted[0], interval=(0.0, math.inf), interval_68=(-math.inf, math.inf))
    card = replace(card, fitted=(first, *card.fitted[1:]))
    for suffix in ("json", "toml"):
        card.write(tmp_path / f"card.{suffix}")
        assert nd.load_device(tmp_path / f"card.{suffix}").fitted[0] == first


def test_text_keeps_a_product_of_a_bracket_and_a_float_to_the_last_bit():
    x, y = sympy.symbols("x y", real=True)
    with sympy.core.parameters.distribute(False):
        expression = 2 * (x + y) + 0.1 * x + sympy.Float(0.1 + 0.2) * sympy.exp(y - x)
    again = from_text(as_text(expression), ["x", "y"], "test")
    assert sympy.srepr(again) == sympy.srepr(expression)


def test_what_text_cannot_hold_is_refused_and_nothing_is_written(tmp_path):
    x = sympy.Symbol("x", real=True)
    model = nd.Model(
        "odd", (nd.Model.from_equations(["x"], {}, ["0"]).states), (), (sympy.gamma(x),)
    )
    with pytest.raises(nd.InputError, match="gamma"):
        nd.device_card(model).write(tmp_path / "card.json")
    assert not list(tmp_path.iterdir())


def test_a_model_survives_json_of_any_layout():
    model = DEVICES["comparator"]()
    plain = json.loads(json.dumps(model_as_plain(model), indent=7, sort_keys=True))
    assert model_from_plain(plain).digest == model.digest
