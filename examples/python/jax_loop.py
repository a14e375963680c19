# SPDX-License-Identifier: Apache-2.0
"""A model of JAX: its gradients are copied into rows. One compiled function serves all workers and threads.

    python jax_loop.py
"""
import jax
import jax.numpy as jnp
import numpy as np

import murmur

WORKERS, BATCH = 8, 32


def loss(weights, x, y):
    hidden = jax.nn.relu(x @ weights["first"] + weights["bias"])
    return -jnp.mean(jax.nn.log_softmax(hidden @ weights["last"])[jnp.arange(len(y)), y])


value_and_gradient = jax.jit(jax.value_and_grad(loss))


def batch_of(worker, batch):
    random = np.random.default_rng([worker, batch])
    x = random.normal(size=(BATCH, 10)).astype(np.float32)
    return x, x[:, :4].argmax(1)


def gradient(job):
    value, gradients = value_and_gradient({name: jnp.array(each) for name, each in job.x.items()}, *batch_of(job.worker, job.batch))
    for name, each in gradients.items():
        job.gradient[name][...] = np.asarray(each)
    return float(value)


random = np.random.default_rng(1)
start = {"first": 0.3 * random.normal(size=(10, 32)), "bias": np.zeros(32), "last": 0.3 * random.normal(size=(32, 4))}
simulation = murmur.Simulation(start, gradient, workers=WORKERS, threads=2, algorithm="qg-dsgdm-n", topology="ring", dtype=np.float32)
for step in range(100):
    losses = simulation.step(0.1)
print(f"loss {np.mean(losses):.2f}, consensus distance {simulation.consensus_distance():.1e}, digest {simulation.digest()}")
