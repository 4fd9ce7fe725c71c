"""JSON: the model itself, equations as text, from which nothing is lost."""

from __future__ import annotations

import json

from neurodyn.arguments import checked
from neurodyn.export.exported import Exported, Language
from neurodyn.model import Model
from neurodyn.model.stored import model_as_plain
from neurodyn.noise import StochasticModel

LANGUAGE = Language("JSON", (), resets=True, switches=True)


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
    model = LANGUAGE.model_of(model)
    text = json.dumps(model_as_plain(model), indent=1, ensure_ascii=False, allow_nan=False)
    return Exported("JSON", text + "\n", ".json", LANGUAGE.names(model))
