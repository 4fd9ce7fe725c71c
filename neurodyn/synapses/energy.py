"""What pulses and reads cost."""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.arguments import NonNegative, Positive, checked


@checked
@dataclass(frozen=True)
class SynapseEnergy:
    """Energy of one pulse and of one read of a device, told and not measured here.

    Parameters
    ----------
    pulse, read : float [J]

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.synapses.SynapseEnergy(pulse=60e-12, read=1e-12).of(pulses=1000, reads=5000)
    6.5e-08
    """

    pulse: NonNegative
    read: NonNegative = 0.0

    @classmethod
    @checked
    def from_voltages(
        cls,
        R: Positive,
        *,
        V_pulse: Positive,
        pulse_time: Positive,
        V_read: NonNegative = 0.0,
        read_time: NonNegative = 0.0,
    ) -> SynapseEnergy:
        """Return V^2 t / R of rectangular pulses and reads on a device of one resistance.

        Parameters
        ----------
        R : float [ohm]
        V_pulse, V_read : float [V]
        pulse_time, read_time : float [s]
        """
        return cls(V_pulse**2 * pulse_time / R, V_read**2 * read_time / R)

    @checked
    def of(self, pulses: NonNegative, reads: NonNegative = 0.0) -> float:
        """Return the energy of so many pulses and reads [J]."""
        return self.pulse * pulses + self.read * reads
