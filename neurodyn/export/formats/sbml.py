"""SBML Level 3 Version 1: what the exact simulators of systems biology read.

States are parameters with rate rules; a reset at a spike and a switch with memory are events. The
time is the model's own unit. M. Hucka et al., SBML Level 3 Version 1 Core, release 2 (2019).
"""

from __future__ import annotations

import math
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import sympy

from neurodyn.arguments import checked
from neurodyn.errors import InputError
from neurodyn.export.exported import (
    Exported,
    Language,
    described,
    heading,
    identifier,
    renamed,
    value_of,
)
from neurodyn.export.printing import number
from neurodyn.model import Model
from neurodyn.noise import StochasticModel

LANGUAGE = Language("SBML", ("time", "avogadro", "delay"), resets=True, switches=True)
_NAMES = {
    "exp": "exp",
    "log": "ln",
    "Abs": "abs",
    "floor": "floor",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "And": "and",
    "Or": "or",
    "StrictLessThan": "lt",
    "LessThan": "leq",
    "StrictGreaterThan": "gt",
    "GreaterThan": "geq",
    "Equality": "eq",
    "Unequality": "neq",
    "Add": "plus",
    "Mul": "times",
}
_MATHML = 'xmlns="http://www.w3.org/1998/Math/MathML"'


@checked
def sbml(model: Model | StochasticModel) -> Exported:
    """Return a model as an SBML file.

    Parameters
    ----------
    model : Model
        Resets at spikes and switches with memory become events.

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        For white noise, or a function that MathML in SBML does not have.

    Examples
    --------
    >>> import neurodyn as nd
    >>> file = nd.export.sbml(nd.devices.comparator(V_s=14.0))
    >>> file.text.count("<event "), file.text.count("<rateRule ")
    (1, 3)
    """
    model = LANGUAGE.model_of(model)
    names = LANGUAGE.names(model)
    starts = dict(zip(model.state_names, model.x0.tolist(), strict=True))
    events = [e for e in (model.jump,) if e is not None]
    about = escape(heading(model, names, "SBML", [f"time in {model.time_unit}"]))
    about = about.replace("--", "- -")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<!--\n{about}\n-->",
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">',
        f"<model id={quoteattr(identifier(model))} name={quoteattr(model.name)}>",
        "<listOfParameters>",
    ]
    for item in (*model.states, *model.parameters, *model.inputs, *model.constants):
        moving = item.name in starts
        value = number(starts[item.name]) if moving else value_of(model, item.name)
        label = quoteattr(f"{item.name} {described(model, item.name)}")
        constant = "false" if moving else "true"
        head = f'<parameter id="{names[item.name]}" value="{value}"'
        lines.append(f'{head} constant="{constant}" name={label}/>')
    lines += ["</listOfParameters>"]
    named = [s for s in model.states if isinstance(s.default, str)]
    if named:
        lines.append("<listOfInitialAssignments>")
        lines += [
            f'<initialAssignment symbol="{names[s.name]}"><math {_MATHML}><ci> '
            f"{names[str(s.default)]} </ci></math></initialAssignment>"
            for s in named
        ]
        lines.append("</listOfInitialAssignments>")
    lines.append("<listOfRules>")
    for state, rate in zip(model.states, model.rhs, strict=True):
        content = _content(renamed(rate, names), f"d{state.name}/dt")
        lines.append(
            f'<rateRule variable="{names[state.name]}"><math {_MATHML}>{content}</math></rateRule>'
        )
    lines.append("</listOfRules>")
    if events:
        lines.append("<listOfEvents>")
        lines += [_event(event, names) for event in events]
        lines.append("</listOfEvents>")
    text = "\n".join([*lines, "</model>", "</sbml>"]) + "\n"
    return Exported("SBML", text, ".xml", names)


def _event(event: Any, names: dict[str, str]) -> str:
    """Return what happens where an expression rises through zero."""
    rising = _content(renamed(event.expression, names), "the event")
    parts = [
        '<event id="jump" useValuesFromTriggerTime="true">',
        f'<trigger initialValue="true" persistent="false"><math {_MATHML}><apply><geq/>{rising}'
        '<cn type="integer"> 0 </cn></apply></math></trigger>',
        "<listOfEventAssignments>",
    ]
    for name, value in event.reset.items():
        content = _content(renamed(value, names), f"the reset of {name}")
        parts.append(
            f'<eventAssignment variable="{names[name]}"><math {_MATHML}>{content}</math>'
            "</eventAssignment>"
        )
    return "\n".join([*parts, "</listOfEventAssignments>", "</event>"])


def _content(expr: Any, label: str) -> str:
    """Return an expression as content MathML."""
    kind = type(expr).__name__
    if expr.is_Symbol:
        return f"<ci> {expr.name[1:]} </ci>"
    if expr is sympy.true or expr is sympy.false:
        return f"<{str(expr).lower()}/>"
    if expr.is_Number or expr.is_NumberSymbol:
        value = float(expr)
        if not math.isfinite(value):
            raise InputError(f"{label} contains {expr}; expected finite numbers")
        mantissa, e, exponent = number(value).partition("e")
        if e:  # a plain <cn> of SBML has no exponent
            return f'<cn type="e-notation"> {mantissa} <sep/> {int(exponent)} </cn>'
        return f"<cn> {mantissa} </cn>"
    if isinstance(expr, sympy.Pow):
        return _power(expr, label)
    if isinstance(expr, sympy.Piecewise):
        return _piecewise(expr, label)
    if isinstance(expr, sympy.Max | sympy.Min):
        return _extreme(expr, label)
    if isinstance(expr, sympy.Heaviside | sympy.sign):
        return _content(expr.rewrite(sympy.Piecewise), label)
    if kind not in _NAMES:
        raise InputError(f"{label} contains {kind}, which SBML does not have")
    return _apply(_NAMES[kind], *(_content(part, label) for part in expr.args))


def _apply(operator: str, *parts: str) -> str:
    return f"<apply><{operator}/>{''.join(parts)}</apply>"


def _power(expr: sympy.Pow, label: str) -> str:
    base, power = expr.args
    if power.is_number and power.is_negative:
        return _apply("divide", "<cn> 1 </cn>", _content(base ** (-power), label))
    if power == sympy.S.Half:
        return f"<apply><root/>{_content(base, label)}</apply>"
    return _apply("power", _content(base, label), _content(power, label))


def _piecewise(expr: sympy.Piecewise, label: str) -> str:
    *pieces, (last, rest) = expr.args
    if rest != sympy.true:
        raise InputError(
            f"{label} contains a Piecewise without a last piece for all other values; expected one "
            "whose last condition is True"
        )
    parts = [
        f"<piece>{_content(value, label)}{_content(condition, label)}</piece>"
        for value, condition in pieces
    ]
    return f"<piecewise>{''.join(parts)}<otherwise>{_content(last, label)}</otherwise></piecewise>"


def _extreme(expr: sympy.Max | sympy.Min, label: str) -> str:
    """Return a largest or smallest value as pieces: Level 3 Version 1 has no word for it."""
    relation = sympy.Ge if isinstance(expr, sympy.Max) else sympy.Le
    first, *others = expr.args
    for other in others:
        first = sympy.Piecewise((first, relation(first, other)), (other, True), evaluate=False)
    return _content(first, label)
