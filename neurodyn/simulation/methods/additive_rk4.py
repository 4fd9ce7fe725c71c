"""Fixed-step methods for noise: a Runge-Kutta method for additive noise, and Euler-Maruyama.

The Runge-Kutta method, of strong order 3/2, is the classical tableau of order 4 with
3/2 I_(1,0)/h in both middle stages. With alpha = (1, 2, 2, 1)/6 and B = (0, 3/2, 3/2, 0) it meets
the order conditions alpha B = 1 and alpha B^2 = 3/2 of A. Roessler, SIAM J. Numer. Anal. 48, 922
(2010), sec. 6; where the noise is small it keeps the fourth order of the classical method.
Euler-Maruyama has strong order 1/2, and 1 where the noise is additive. Both see the same path.
"""

FRACTION = (0.5, 0.5, 1.0)
"""Of the step, from its start to stages 1, 2 and 3, along the slope of the stage before."""
SHIFT = (1.5, 1.5, 0.0)
"""Of I_(1,0)/h times the diffusion, in stages 1, 2 and 3."""
WEIGHT = (1 / 6, 2 / 6, 2 / 6, 1 / 6)
"""Of the slopes at the start and in each stage."""

# step times the fastest rate: the most that is let pass, and what is chosen where none is given
LARGEST_RATE = {"EulerMaruyama": 0.25, "AdditiveRK4": 1.25}
DEFAULT_RATE = {"EulerMaruyama": 0.02, "AdditiveRK4": 0.25}
# steps between two looks at the rate
CHECK_EVERY = {"EulerMaruyama": 64, "AdditiveRK4": 8}
# noise of one step, in units of the states' scales: the most, and what is chosen
LARGEST_NOISE, DEFAULT_NOISE = 0.3, 0.03
