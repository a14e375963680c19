# SPDX-License-Identifier: Apache-2.0
"""A loop under mpirun or torchrun has the digest of the same model simulated in one process, on any number of threads."""
import unittest

from support import has_torch, launchers, loop_digest, needs_torch

if has_torch:
    import torch

    import murmur
    import own_loop


def simulated(settings, threads, **more):
    dtype = getattr(torch, settings.get("dtype", "float32"))
    keys, arguments = {}, {"algorithm": "qg-dsgdm-n", "topology": "ring"}
    if settings.get("groups"):
        keys["algorithm.weight_decay"] = 0.01
        keys["algorithm.group"] = [{"match": "*.bias", "rate": 2.0, "decay": 0.0}]
    if settings.get("outer"):
        arguments = {"algorithm": {"name": "sgd", "momentum": 0.9}, "outer": {"name": "slowmo", "period": 4, "momentum": 0.6}}
    return murmur.simulate(
        lambda: own_loop.make_model(settings.get("dropout", 0.0), dtype), own_loop.loss_of, own_loop.batch_of, workers=4, threads=threads,
        seed=5, steps=own_loop.STEPS, lr=own_loop.rate_at, average_buffers=settings.get("average_buffers", False),
        staged=settings.get("staged"), settings=keys, **arguments, **more,
    )  # fmt: skip


@needs_torch
class EqualBits(unittest.TestCase):
    def expect(self, settings, loops=("TCP",)):
        digests = {f"{threads} threads": simulated(settings, threads).digest for threads in (1, 2)}
        for name, launcher in launchers().items():
            if name in loops:
                digests[name] = loop_digest(launcher, settings)
        self.assertEqual(len(set(digests.values())), 1, digests)
        return digests["1 threads"]

    def test_a_loop_without_and_with_dropout(self):
        self.assertNotEqual(self.expect({}), self.expect({"dropout": 0.3}, ("OPENMPI", "MPICH", "TCP")))

    def test_groups_with_rates_and_decays_of_their_own_in_double_precision(self):
        self.expect({"groups": True, "dtype": "float64"})

    def test_exchanged_running_statistics(self):
        self.expect({"average_buffers": True}, ("MPICH",))

    def test_an_outer_step_of_staged_parameters(self):
        self.assertEqual(self.expect({"outer": True, "staged": True, "dropout": 0.3}), simulated({"outer": True, "dropout": 0.3}, 2).digest)

    def test_half_precision_is_staged(self):
        self.expect({"dtype": "bfloat16"})

    @unittest.skipUnless(has_torch and hasattr(torch.Tensor, "register_post_accumulate_grad_hook"), "overlap needs torch 2.1")
    def test_overlap(self):
        for launcher in launchers().values():
            self.assertEqual(loop_digest(launcher, {"overlap": True, "dropout": 0.3}), simulated({"dropout": 0.3}, 1).digest)

    def test_draws_are_found_or_said(self):
        settings = {"dropout": 0.3}
        found = simulated(settings, 2).digest
        self.assertEqual(found, simulated(settings, 1, draws=True).digest)
        self.assertEqual(found, simulated(settings, 2, draws=True).digest)


if __name__ == "__main__":
    unittest.main()
