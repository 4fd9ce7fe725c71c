"""BifurcationKit.jl: the right-hand side and a problem, as text, not run: no Julia was at hand.

R. Veltz, BifurcationKit.jl (2020), hal-02902346.
"""

from __future__ import annotations

from neurodyn.arguments import checked
from neurodyn.export.exported import (
    Exported,
    Language,
    commented,
    described,
    heading,
    identifier,
    value_of,
)
from neurodyn.export.formats.assigned import FUNCTIONS, assigned
from neurodyn.export.printing import InfixPrinter, number
from neurodyn.model import Model
from neurodyn.noise import StochasticModel

__all__ = ["bifurcation_kit"]

_RESERVED = (
    "z dz p t begin break catch const continue do else elseif end export false finally for "
    "function global if import let local macro module quote return struct true try using "
    "while in isa where abs exp log sqrt sin cos tan asin acos atan sinh cosh tanh max min "
    "floor sign ifelse similar record prob par z0 im pi NaN Inf x k"
)
LANGUAGE = Language("BifurcationKit.jl", _RESERVED.split())


class _Printer(InfixPrinter):
    program = "Julia"
    functions = FUNCTIONS

    def choice(self, condition: str, value: str, otherwise: str) -> str:
        return f"({condition} ? {value} : {otherwise})"


@checked
def bifurcation_kit(model: Model | StochasticModel) -> Exported:
    """Return the right-hand side of a model for BifurcationKit.jl, as text that has not been run.

    Parameters
    ----------
    model : Model

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        For a model that jumps, white noise, or a function that Julia does not have.

    Examples
    --------
    >>> import neurodyn as nd
    >>> print(nd.export.bifurcation_kit(nd.devices.fitzhugh_nagumo()).text.splitlines()[2])
    # not run: no Julia was at hand
    """
    model = LANGUAGE.model_of(model)
    name = identifier(model)
    names = LANGUAGE.names(model, name)
    parameters = [*model.parameters, *model.inputs, *model.constants]
    parts, rates = assigned(model, names, _Printer)
    told = [names[q.name] for q in parameters]
    first = names[(*model.input_names, *model.parameter_names, "")[0]] if told else ""
    about = ["not run: no Julia was at hand", f"time in {model.time_unit}"]
    lines = [
        commented(heading(model, names, "BifurcationKit.jl", about), "#"),
        "using BifurcationKit",
        "",
        f"function {name}(z, p, t = 0)",
        *([f"    (; {', '.join(told)}) = p"] if told else []),
        f"    {', '.join(names[s.name] for s in model.states)}, = z",
        *(f"    {part} = {text}" for part, text in parts),
        "    return [",
        *(f"        {rate}," for rate in rates),
        "    ]",
        "end",
        "",
        "par = (",
        *(
            f"    {names[q.name]} = {value_of(model, q.name)},  # {described(model, q.name)}"
            for q in parameters
        ),
        ")",
        f"z0 = [{', '.join(number(x) for x in model.x0)}]",
    ]
    if first:
        lines += [
            f"prob = BifurcationProblem({name}, z0, par, (@optic _.{first});",
            f"    record_from_solution = (z, p; k...) -> ({names[model.state_names[0]]} = z[1],))",
        ]
    return Exported("BifurcationKit.jl", "\n".join(lines) + "\n", ".jl", names)
