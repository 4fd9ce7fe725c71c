"""JSON: the model itself, equations as text, from which nothing is lost."""

from __future__ import annotations

import json

from neurodyn.arguments import checked
from neurodyn.errors import InputError
from neurodyn.export.exported import Exported
from neurodyn.model import Model
from neurodyn.model.stored import model_as_plain
from neurodyn.noise import StochasticModel


@checked
def json_model(model: Model | StochasticModel) -> Exported:
    """Return a model as JSON: quantities with units, equations as text.

    Parameters
    ----------
    model : Model

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        For white noise, or what text cannot hold.

    Examples
    --------
    >>> import json
    >>> import neurodyn as nd
    >>> json.loads(nd.export.json_model(nd.devices.fitzhugh_nagumo()).text)["name"]
    'FitzHugh-Nagumo'
    """
    if isinstance(model, StochasticModel):
        raise InputError(
            f"{model.model.name!r} has white noise, which a JSON file of neurodyn does not hold; "
            "expected the model without noise (.base)"
        )
    groups = (model.states, model.parameters, model.inputs, model.constants)
    names = {item.name: item.name for group in groups for item in group}
    text = json.dumps(model_as_plain(model), indent=1, ensure_ascii=False, allow_nan=False)
    return Exported("JSON", text + "\n", ".json", names)
