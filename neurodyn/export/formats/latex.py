"""LaTeX: equations and a table of values, ready to be put into a paper."""

from __future__ import annotations

from neurodyn.arguments import checked
from neurodyn.errors import InputError
from neurodyn.export.exported import Exported, value_of
from neurodyn.export.printing import number
from neurodyn.model import Model, Quantity
from neurodyn.model.describe import expression_as_latex, latex_name
from neurodyn.noise import StochasticModel

_SPECIAL = {c: f"\\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}"}


@checked
def latex(model: Model | StochasticModel) -> Exported:
    """Return a model as a LaTeX document: equations, spike, and a table of values.

    Parameters
    ----------
    model : Model

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        For a model with white noise.

    Examples
    --------
    >>> import neurodyn as nd
    >>> r"\\frac{d V}{dt}" in nd.export.latex(nd.devices.nbox_neuron()).text
    True
    """
    if isinstance(model, StochasticModel):
        raise InputError(
            f"{model.model.name!r} has white noise, which a LaTeX file of neurodyn does not hold; "
            "expected the model without noise (.base)"
        )
    rows = [*model.parameters, *model.inputs, *model.constants]
    lines = [
        r"\documentclass{article}",
        r"\usepackage{amsmath}",
        r"\begin{document}",
        rf"\section*{{{_plain(model.name)}}}",
        _plain(model.reference),
        r"\begin{equation*}",
        model.latex(),
        r"\end{equation*}",
    ]
    events = [("Spike", model.spike), ("Switch", model.switch)]
    for title, event in ((title, event) for title, event in events if event is not None):
        lines.append(f"{title}: {_plain(event.meaning)}")
        pairs = [(latex_name(n), expression_as_latex(model, e)) for n, e in event.reset.items()]
        jumps = [rf"{name} := {value}" for name, value in pairs]
        condition = rf"{expression_as_latex(model, event.expression)} \nearrow 0"
        lines.append(rf"\[ {', '.join([condition, *jumps])} \]".replace(", ", r",\quad ", 1))
    lines += [r"\begin{tabular}{llll}", r"symbol & value & unit & meaning \\ \hline"]
    starts = zip(model.states, model.x0.tolist(), strict=True)
    lines += [_row(state, f"starts at {number(x)}") for state, x in starts]
    lines += [_row(item, value_of(model, item.name)) for item in rows]
    lines += [r"\end{tabular}", r"\end{document}"]
    names = {q.name: f"${latex_name(q.name)}$" for q in (*model.states, *rows)}
    return Exported("LaTeX", "\n".join(lines) + "\n", ".tex", names)


def _row(item: Quantity, value: str) -> str:
    cells = [f"${latex_name(item.name)}$", value, _plain(item.unit), _plain(item.meaning)]
    return " & ".join(cells) + r" \\"


def _plain(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in text)
