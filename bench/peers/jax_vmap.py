#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""W1 in JAX: gradients by vmap, steps by lax.scan, and all of it one compiled function."""
import work


def build(w1):
    import jax
    import jax.numpy as jnp

    images, labels = jnp.asarray(w1.images), jnp.asarray(w1.labels, jnp.int32)
    batches = jnp.asarray(w1.batches, jnp.int32)

    def loss_of(parameters, inputs, targets):
        hidden = jax.nn.relu(inputs @ parameters[0].T + parameters[1])
        logits = hidden @ parameters[2].T + parameters[3]
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), targets[:, None], axis=1))

    gradients_of = jax.vmap(jax.value_and_grad(loss_of))

    def mix(y):
        return (y + jnp.roll(y, 1, 0) + jnp.roll(y, -1, 0)) / 3

    @jax.jit
    def run_all(xs, vs, images, labels, batches):
        def step(state, batch):
            xs, vs = state
            losses, gs = gradients_of(xs, images[batch], labels[batch])
            vs = [work.MOMENTUM * v + g for v, g in zip(vs, gs)]
            xs = [
                mix(x - work.LEARNING_RATE * (g + work.MOMENTUM * v)) for x, v, g in zip(xs, vs, gs)
            ]
            return (xs, vs), jnp.mean(losses)

        return jax.lax.scan(step, (xs, vs), batches)

    start = [jnp.asarray(a) for a in w1.start]
    state = [jnp.repeat(a[None], work.WORKERS, axis=0) for a in start]
    state = (state, [jnp.zeros_like(x) for x in state])

    def run():
        nonlocal state
        state, losses = run_all(*state, images, labels, batches)
        return float(losses[-1].block_until_ready())

    return run


if __name__ == "__main__":
    work.main("jax-vmap", build)
