"""Ensembles by diffrax, vmapped over runs: another program, and other random numbers."""

import diffrax
import jax
import numpy as np

import neurodyn as nd
from neurodyn.codegen import model_function


def ends(noisy, t_end, dt, n, additive, seed=0):
    """Return where n runs of a model with noise end, (n, n_states).

    Euler's method, or SRA1 of A. Roessler (strong order 3/2) where the noise is additive.
    """
    model, m = noisy.model, noisy.diffusion.shape[1]
    jnp, p = jax.numpy, jax.numpy.asarray(model.p)
    rhs = nd.compiled(model, "jax").rhs
    strength = model_function(model, list(noisy.diffusion), "jax")

    def diffusion(x):
        return strength(x, p).reshape(len(model.states), m)

    held = diffusion(jnp.asarray(model.x0))
    area = diffrax.SpaceTimeLevyArea if additive else diffrax.BrownianIncrement

    def one(key):
        path = diffrax.UnsafeBrownianPath((m,), key, levy_area=area)
        noise = diffrax.ControlTerm(lambda _, x, __: held if additive else diffusion(x), path)
        return diffrax.diffeqsolve(
            diffrax.MultiTerm(diffrax.ODETerm(lambda _, x, __: rhs(x, p)), noise),
            diffrax.SRA1() if additive else diffrax.Euler(),
            0.0, t_end, dt, jnp.asarray(model.x0), saveat=diffrax.SaveAt(t1=True),
            adjoint=diffrax.DirectAdjoint(),  # the one that a path without memory allows
            max_steps=round(t_end / dt) + 2,
        ).ys[0]  # fmt: skip

    return np.asarray(jax.jit(jax.vmap(one))(jax.random.split(jax.random.PRNGKey(seed), n)))
