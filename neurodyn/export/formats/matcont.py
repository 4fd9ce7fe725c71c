"""MatCont: an odefile, as text. It has not been run: no MATLAB here.

A. Dhooge, W. Govaerts, Yu. A. Kuznetsov, ACM Trans. Math. Softw. 29, 141 (2003).
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

_RESERVED = (
    "t z out dydt y0 tspan handles options init fun_eval choose break case catch classdef "
    "continue else elseif end for function global if otherwise parfor persistent return spmd "
    "switch try while abs exp log sqrt sin cos tan asin acos atan sinh cosh tanh max min "
    "floor sign pi eps inf nan i j e ans odeset"
)
LANGUAGE = Language("MatCont", _RESERVED.split())


class _Printer(InfixPrinter):
    program = "MATLAB"
    functions = FUNCTIONS

    def choice(self, condition: str, value: str, otherwise: str) -> str:
        return f"choose({condition},{value},{otherwise})"

    def _print_Relational(self, expr: object) -> str:
        return super()._print_Relational(expr).replace("!=", "~=")


@checked
def matcont(model: Model | StochasticModel) -> Exported:
    """Return a model as an odefile of MatCont, as text that has not been run.

    Parameters
    ----------
    model : Model
        Constants are written as numbers, so that MatCont does not offer to continue in them.

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        For a model that jumps, white noise, or a function that MATLAB does not have.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.export.matcont(nd.devices.fitzhugh_nagumo()).text.splitlines()[0]
    'function out = fitzhugh_nagumo'
    """
    model = LANGUAGE.model_of(model)
    name = identifier(model)
    names = LANGUAGE.names(model, name)
    parameters = [*model.parameters, *model.inputs]
    parts, rates = assigned(model, names, _Printer)
    arguments = ",".join(["t", "z", *(names[q.name] for q in parameters)])
    about = ["not run: no MATLAB was at hand", f"time in {model.time_unit}", "parameters:"]
    about += [
        f"  {names[q.name]} = {value_of(model, q.name)}  {described(model, q.name)}"
        for q in parameters
    ]
    lines = [
        f"function out = {name}",
        commented(heading(model, names, "MatCont", about), "%"),
        "out{1} = @init;",
        "out{2} = @fun_eval;",
        *(f"out{{{i}}} = [];" for i in range(3, 10)),
        "",
        f"function dydt = fun_eval({arguments})",
        *(
            f"{names[q.name]} = {value_of(model, q.name)}; % {described(model, q.name)}"
            for q in model.constants
        ),
        *(f"{names[s.name]} = z({i});" for i, s in enumerate(model.states, start=1)),
        *(f"{part} = {text};" for part, text in parts),
        "dydt = [",
        *(f"    {rate};" for rate in rates),
        "];",
        "",
        "function [tspan,y0,options] = init",
        f"y0 = [{' '.join(number(x) for x in model.x0)}];",
        "handles = feval(@" + name + ");",
        "options = odeset('Jacobian',[],'JacobianP',[],'Hessians',[],'HessiansP',[]);",
        f"tspan = [0 {number(20 * model.time_scale)}];",
        "",
        "function r = choose(condition,a,b)",
        "if condition, r = a; else, r = b; end",
    ]
    return Exported("MatCont", "\n".join(lines) + "\n", ".m", names)
