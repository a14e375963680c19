# SPDX-License-Identifier: Apache-2.0
"""Least squares without a framework: every worker has equations of its own, and all find the solution of all of them.

    python numpy_least_squares.py
"""
import numpy as np

import murmur

WORKERS, EQUATIONS, UNKNOWNS = 8, 40, 10

random = np.random.default_rng(1)
a = random.normal(size=(WORKERS, EQUATIONS, UNKNOWNS))
b = random.normal(size=(WORKERS, EQUATIONS))


def gradient(job):
    rest = a[job.worker] @ job.x["w"] - b[job.worker]
    job.gradient["w"][...] = a[job.worker].T @ rest / EQUATIONS
    return 0.5 * float(rest @ rest) / EQUATIONS


best = np.linalg.lstsq(a.reshape(-1, UNKNOWNS), b.reshape(-1), rcond=None)[0]
for algorithm in ("dsgd", "dsgd-gt"):  # gradient tracking has no error of its own at a constant rate
    simulation = murmur.Simulation({"w": np.zeros(UNKNOWNS)}, gradient, workers=WORKERS, algorithm=algorithm, topology="ring")
    for _ in range(800):
        simulation.step(0.05)
    error = np.linalg.norm(simulation.average_model()["w"] - best) / np.linalg.norm(best)
    print(f"{algorithm}: relative error {error:.1e}, consensus distance {simulation.consensus_distance():.1e}, digest {simulation.digest()}")
