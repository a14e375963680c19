# SPDX-License-Identifier: Apache-2.0
"""The engine with NumPy alone, and what the package does before torch is asked for."""
import gc
import os
import sys
import unittest
import weakref

import numpy as np
from support import launchers, python, run

import murmur


def pull(job):
    """Worker i pulls towards i."""
    loss = 0.0
    for name, x in job.x.items():
        job.gradient[name][...] = x - job.worker
        loss += 0.5 * float((job.gradient[name] ** 2).sum())
    return loss


def make(parameters=None, gradient=pull, **more):
    return murmur.Simulation(parameters or {"w": np.zeros((2, 3)), "b": np.zeros(3)}, gradient, **{"workers": 8, "threads": 2, "seed": 1, **more})


class Arrays(unittest.TestCase):
    def test_workers_agree_on_the_mean(self):
        for dtype in (np.float32, np.float64):
            simulation = make(dtype=dtype)
            for _ in range(300):
                losses = simulation.step(0.05)
            self.assertEqual(len(losses), 8)
            self.assertTrue(np.allclose(simulation.average_model()["w"], 3.5, atol=0.05))
            self.assertEqual(simulation.row(0)["w"].dtype, dtype)
            self.assertEqual(simulation.digest(), simulation.digest())

    def test_rows_are_views_that_outlive_the_simulation(self):
        simulation = make()
        simulation.step(0.1)
        row = simulation.row(3)["w"]
        before = row.copy()
        self.assertTrue(row.flags.writeable and not row.flags.owndata)
        del simulation
        gc.collect()
        self.assertTrue(np.array_equal(row, before))

    def test_nothing_stays_of_many(self):
        kept = [weakref.ref(make(workers=2, threads=1)._engine) for _ in range(200)]
        gc.collect()
        self.assertEqual([each for each in kept if each() is not None], [])

    def test_buffers_scores_and_records(self):
        def gradient(job):
            if job.buffers:
                job.buffers["count"] += 1
            return pull(job)

        simulation = make(gradient=gradient, buffers={"count": np.zeros(1)}, score=lambda x, own, part: {"loss": (x["w"].sum(), 2)}, score_parts=3)
        for _ in range(5):
            simulation.step(0.1)
        self.assertEqual(simulation.buffers(2)["count"], 5)
        self.assertAlmostEqual(simulation.evaluate()["eval/loss_averaged"], simulation.average_model()["w"].sum() / 2, places=4)

    def test_misuse(self):
        with self.assertRaisesRegex(murmur.Error, "float16"):
            make(dtype=np.float16)
        with self.assertRaisesRegex(murmur.Error, "no worker 8"):
            make().row(8)
        with self.assertRaisesRegex(murmur.Error, "no field 'y'"):
            make().row(0, "y")
        with self.assertRaises(TypeError):
            make(gradient=lambda job: None).step(0.1)
        failing = make(gradient=lambda job: 1 / 0)
        with self.assertRaises(ZeroDivisionError):
            failing.step(0.1)
        with self.assertRaisesRegex(murmur.Error, "resume"):
            failing.step(0.1)
        with self.assertRaises(TypeError):
            make(score=lambda x, own, part: {"loss": 3}, score_parts=1).evaluate()


class Files(unittest.TestCase):
    def test_topologies(self):
        ring = murmur.topology("ring", 8)
        self.assertTrue(np.allclose(ring.matrix().sum(0), 1))
        self.assertAlmostEqual(ring.spectrum[0], 1)
        self.assertAlmostEqual(1 - abs(ring.spectrum[1]), ring.spectral_gap)
        with self.assertRaisesRegex(murmur.Error, "ring"):
            murmur.topology("rinq", 8)
        with self.assertRaisesRegex(murmur.Error, "weighting"):
            murmur.topology("ring", 8, weightin="uniform")

    def test_plans_and_what_this_package_cannot_train(self):
        with open("net.toml", "w") as file:
            file.write('workers = 4\n[algorithm]\nname = "dsgd"\nlearning_rate = 0.1\n[topology]\nname = "ring"\n[data]\nname = "fashion-mnist"\n[model]\nname = "mlp"\n[schedule]\nepochs = 1\n')
        self.assertIn("warnings", murmur.plan("net.toml", {"workers": 8}))
        with self.assertRaises(murmur.Error):
            murmur.train("net.toml")
        with self.assertRaisesRegex(murmur.Error, "does not exist"):
            murmur.plan("none.toml")


class Package(unittest.TestCase):
    def test_torch_is_imported_when_it_is_asked_for(self):
        self.assertEqual(python("import sys, murmur; murmur.Simulation; murmur.topology; print('torch' in sys.modules)").strip(), "False")

    def test_the_import_is_quick(self):
        said = python("import time, numpy; t = time.perf_counter(); import murmur, murmur._arrays; print(time.perf_counter() - t)")
        self.assertLess(float(said), 0.5)  # some 20 ms; the rest is for a machine in use

    def test_the_program_and_the_library_come_along(self):
        self.assertTrue(run([sys.executable, "-m", "murmur", "--version"]).startswith("murmur "))
        self.assertIn("murmurConfig.cmake", " ".join(os.listdir(run([sys.executable, "-m", "murmur", "--cmake-dir"]).strip())))

    def test_loops_without_torch(self):
        program = (
            "import numpy as np, murmur\n"
            "w = murmur.Worker({'w': np.zeros(5)}, topology='ring')\n"
            "for _ in range(20):\n"
            "    w.gradient['w'][...] = w.x['w'] - w.rank\n"
            "    w.step(0.1)\n"
            "d = w.digest()\n"
            "print(f'digest {d}') if w.rank == 0 else None\n"
        )
        simulation = make({"w": np.zeros(5)}, workers=4)
        for _ in range(20):
            simulation.step(0.1)
        for launcher in launchers().values():
            self.assertIn(f"digest {simulation.digest()}", run([*launcher, "-n", 4, sys.executable, "-B", "-c", program]))


if __name__ == "__main__":
    unittest.main()
