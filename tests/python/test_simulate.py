# SPDX-License-Identifier: Apache-2.0
"""murmur.simulate(): what a run gives, and what it refuses."""
import gc
import os
import signal
import tempfile
import threading
import unittest
import weakref

from support import has_torch, needs_torch, python

if has_torch:
    import torch

    import murmur
    import own_loop


def simulate(**more):
    arguments = {"workers": 4, "threads": 2, "steps": 6, "lr": 0.1, "seed": 5, **more}
    model = arguments.pop("model", own_loop.make_model)
    return murmur.simulate(model, arguments.pop("loss", own_loop.loss_of), arguments.pop("data", own_loop.batch_of), **arguments)


def score(model, batch):
    x, y = batch
    out = model(x.float())
    return {"correct": ((out.argmax(1) == y).sum(), len(y)), "loss": (torch.nn.functional.cross_entropy(out, y, reduction="sum"), len(y))}


@needs_torch
class Runs(unittest.TestCase):
    def test_metrics_models_and_the_report(self):
        run = simulate(test=[own_loop.batch_of(9, b) for b in range(5)], score_fn=score, evaluate_every=2)
        self.assertEqual(list(run.metrics["step"]), [0, 2, 4, 6])
        self.assertIn("eval/accuracy_local_mean", run.metrics)
        self.assertEqual(len(run.digest), 16)
        self.assertEqual(list(run.state_dict(0)), list(own_loop.make_model().state_dict()))
        mean = sum(run.state_dict(w)["0.weight"].double() for w in range(4)) / 4
        self.assertTrue(torch.allclose(run.average_state_dict()["0.weight"].double(), mean, atol=1e-6))
        self.assertFalse(torch.equal(run.state_dict(0)["1.running_mean"], run.state_dict(1)["1.running_mean"]))
        self.assertFalse(run.model().training)
        self.assertIn("<iframe", run.report()._repr_html_())
        self.assertEqual(murmur.Run(run.folder).digest, run.digest)
        folder = run.folder
        del run
        self.assertFalse(folder.exists(), "a temporary folder goes with its run")

    def test_a_checkpoint_goes_on_with_the_same_bits(self):
        with tempfile.TemporaryDirectory() as folder:
            simulate(steps=4, checkpoints=folder)
            self.assertEqual(simulate(steps=9, checkpoints=folder, resume=True).digest, simulate(steps=9).digest)

    def test_datasets_are_dealt_to_workers(self):
        x = torch.randn(640, 10, generator=torch.Generator().manual_seed(1))
        y = x[:, :4].argmax(1)
        of_arrays = simulate(data=(x, y), batch_size=16, steps=None, epochs=1).digest
        self.assertEqual(of_arrays, simulate(data=torch.utils.data.TensorDataset(x, y), batch_size=16, steps=10, threads=1).digest)
        self.assertEqual(of_arrays, simulate(data=(x.numpy(), y.numpy()), loss=lambda m, b: own_loop.loss_of(m, tuple(map(torch.from_numpy, b))), batch_size=16, steps=10).digest)
        batches = murmur.Batches((x, y), 4, batch_size=16, seed=5)
        seen = torch.cat([batches(w, b)[0] for w in range(4) for b in range(10)])
        self.assertEqual(len({tuple(each.tolist()) for each in seen}), 640, "an epoch reads every example once")

    def test_threads_and_grad_mode_are_as_before(self):
        torch.set_num_threads(2)
        with torch.no_grad():
            simulate()
            self.assertFalse(torch.is_grad_enabled())
        self.assertEqual(torch.get_num_threads(), 2)

    def test_a_frozen_part_stays_as_it_is(self):
        def model():
            made = own_loop.make_model()
            made[0].weight.requires_grad_(False)
            return made

        run = simulate(model=model)
        self.assertTrue(torch.equal(run.state_dict(3)["0.weight"], own_loop.make_model()[0].weight))
        self.assertFalse(torch.equal(run.state_dict(3)["0.bias"], own_loop.make_model()[0].bias))

    def test_comparisons(self):
        comparison = murmur.compare(
            own_loop.make_model, own_loop.loss_of, own_loop.batch_of, workers=4, steps=4, lr=0.1, test=[own_loop.batch_of(9, 0)],
            methods={"QG": {"algorithm": "qg-dsgdm-n"}, "local": {"algorithm": "dsgdm-n"}}, settings={"ring": {"topology": "ring"}},
            seeds=[1, 2],
        )  # fmt: skip
        self.assertEqual(list(comparison.table()["count"]), [2, 2])
        self.assertIn("local", comparison.report().path.read_text())


@needs_torch
class Refusals(unittest.TestCase):
    def expect(self, text, error=None, **more):
        with self.assertRaisesRegex(error or murmur.Error, text):
            simulate(**more)

    def test_wrong_settings(self):
        self.expect("qg-dsgdm", algorithm="qg-dsgd-n")
        self.expect("momentun", settings={"algorithm.momentun": 0.9})
        self.expect("workers", workers=None)
        self.expect("how long", TypeError, steps=None)
        self.expect("None is no value", TypeError, settings={"algorithm.momentum": None})
        self.expect("learning rate", lr=-1.0)
        self.expect("rate", lr=None)

    def test_wrong_functions(self):
        self.expect("no axes", loss=lambda model, batch: model(batch[0].float()))
        self.expect("a float", loss=lambda model, batch: 1.0)
        self.expect("'4.weight' gets no gradient", loss=lambda model, batch: model[:4](batch[0].float()).mean())
        self.expect("no parameter that requires a gradient", model=lambda: torch.nn.ReLU())
        self.expect("datasets for", ValueError, data=[(torch.zeros(40, 10), torch.zeros(40).long())] * 3)

    def test_exceptions_come_out_as_they_are(self):
        class Mine(Exception):
            pass

        for threads in (1, 2):
            for step in (0, 3):
                def loss(model, batch, step=step):
                    if batch == (2, step):
                        raise Mine(step)
                    return own_loop.loss_of(model, own_loop.batch_of(*batch))

                with self.assertRaises(Mine) as caught:
                    simulate(loss=loss, data=lambda w, b: (w, b), threads=threads)
                self.assertEqual(caught.exception.args, (step,))

    def test_draws_that_begin_later(self):
        def loss(model, batch):
            noise = torch.rand(()) if batch[1] == 4 else 0.0
            return own_loop.loss_of(model, own_loop.batch_of(*batch)) + noise

        self.expect("draws=True", RuntimeError, loss=loss, data=lambda w, b: (w, b))
        simulate(loss=loss, data=lambda w, b: (w, b), draws=True)


@needs_torch
class Lives(unittest.TestCase):
    def test_models_outlive_their_simulation_and_simulations_do_not_stay(self):
        kept = []

        def loss(model, batch):
            kept.append(model)
            return own_loop.loss_of(model, batch)

        run = simulate(loss=loss)
        end = run.state_dict(0)
        engine = weakref.ref(run.simulation)
        del run
        gc.collect()
        self.assertIsNone(engine())
        self.assertTrue(any(torch.equal(each.state_dict()["0.weight"], end["0.weight"]) for each in kept))

    def test_a_cycle_through_the_functions_is_collected(self):
        class Holder:
            pass

        holder = Holder()
        holder.run = simulate(loss=lambda model, batch, holder=holder: own_loop.loss_of(model, batch))
        engine = weakref.ref(holder.run.simulation)
        del holder
        gc.collect()
        self.assertIsNone(engine())

    def test_a_second_one_and_one_on_another_thread(self):
        digests = []
        thread = threading.Thread(target=lambda: digests.append(simulate().digest))
        thread.start()
        thread.join()
        self.assertEqual(digests, [simulate().digest])

    def test_a_fork_needs_one_of_its_own(self):
        run = simulate()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                run.simulation.step(0.1)
            except RuntimeError as error:
                code = 0 if "forked" in str(error) else 2
            del run
            os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_control_c_ends_behind_a_step(self):
        seen = []

        def loss(model, batch):
            seen.append(batch)
            if len(seen) == 10:
                os.kill(os.getpid(), signal.SIGINT)
            return own_loop.loss_of(model, own_loop.batch_of(*batch))

        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(KeyboardInterrupt, "after step 3 of 50"):
                simulate(loss=loss, data=lambda w, b: (w, b), threads=1, steps=50, folder=folder + "/run")
            self.assertEqual(murmur.Run(folder + "/run").metrics["step"].max(), 3)
        self.assertEqual(len(seen), 12)

    def test_the_end_of_the_program_is_quiet(self):
        said = python(
            "import torch, murmur\n"
            "run = murmur.simulate(torch.nn.Linear(2, 1), lambda m, b: m(b).mean(), lambda w, b: torch.ones(3, 2), workers=4, threads=2, steps=3, lr=0.1)\n"
        )
        self.assertEqual(said, "")


if __name__ == "__main__":
    unittest.main()
