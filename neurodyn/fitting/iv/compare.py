"""Comparison of models fitted to one measurement, and what remains: ``nd.compare_fits``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neurodyn.arguments import checked
from neurodyn.errors import InputError
from neurodyn.fitting.iv.fit import IVFit


@dataclass(frozen=True, eq=False)
class FitComparison:
    """Fits of several models to the same points, the best first.

    Parameters
    ----------
    fits : tuple of IVFit
        By Akaike's criterion.
    """

    fits: tuple[IVFit, ...]

    @property
    def best(self) -> IVFit:
        """The fit with the smallest AIC."""
        return self.fits[0]

    def report(self) -> str:
        """Return a table, what remains of the best fit, and whether any is accepted."""
        worst = self.fits[-1]
        lines = [
            "model                           parameters  rms     AIC - best  BIC - best  verdict"
        ]
        for fit in self.fits:
            lines.append(
                f"{fit.model.name:<32}{len(fit.problem.unknowns):<12}{fit.rms:<8.2%}"
                f"{fit.aic - self.best.aic:<12.1f}{fit.bic - min(f.bic for f in self.fits):<12.1f}"
                f"{'accepted' if fit.accepted else 'REJECTED'}"
            )
        lines.append(
            f"{self.best.model.name} follows the data best: rms {self.best.rms:.2%} against "
            f"{worst.rms:.2%} of {worst.model.name}"
        )
        lines.append(f"what remains: {self.best.remaining_misfit}")
        if not any(fit.accepted for fit in self.fits):
            lines.append("none of these models is accepted: better is not good")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<{self.report()}>"


@checked
def compare_fits(fits: Sequence[IVFit]) -> FitComparison:
    """Compare fits of several models to the same measurement.

    Parameters
    ----------
    fits : sequence of IVFit
        To the same points, with the same stated noise (or all without).

    Returns
    -------
    FitComparison

    Raises
    ------
    InputError
        For fewer than two fits, or fits to different points or noise: their criteria say nothing
        about each other.

    Examples
    --------
    >>> import neurodyn as nd
    >>> curve = nd.iv_curve(nd.devices.mott_nbo2(), current=(1e-6, 5e-4), n=40)
    >>> names = ["nbox_neuron", "mott_nbo2"]
    >>> fits = [nd.fit_iv((curve.V, curve.I), T_amb=298.0, model=name) for name in names]
    >>> nd.compare_fits(fits).best.model.name
    'NbO2 Mott core neuron'
    """
    if len(fits) < 2:
        raise InputError(f"{len(fits)} fits are given; expected two or more to compare")
    for fit in fits[1:]:
        if fit.data.sha256 != fits[0].data.sha256 or len(fit.residuals) != len(fits[0].residuals):
            raise InputError(
                f"the fits of {fits[0].model.name} and {fit.model.name} are to different points; "
                "expected one measurement"
            )
        stated = [f.provenance["noise"] for f in (fits[0], fit)]
        if stated[0] != stated[1]:
            raise InputError("the fits state different noise; expected the same, or none in all")
    return FitComparison(tuple(sorted(fits, key=lambda fit: fit.aic)))
