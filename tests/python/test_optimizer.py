# SPDX-License-Identifier: Apache-2.0
"""murmur.optim in one process: what torch's optimizers do, it does; and failures between processes."""
import inspect
import json
import sys
import unittest

from support import HERE, has_torch, launchers, needs_torch, run

if has_torch:
    import torch

    import murmur
    import own_loop
    from murmur import optim


@needs_torch
class Optimizers(unittest.TestCase):
    def setUp(self):
        self.model = own_loop.make_model(0.3)

    def train(self, optimizer, steps=3, model=None):
        for step in range(steps):
            optimizer.zero_grad()
            own_loop.loss_of(model or self.model, own_loop.batch_of(0, step)).backward()
            optimizer.step()

    def test_alone_it_is_sgd(self):
        mine, theirs = own_loop.make_model(), own_loop.make_model()
        self.train(optim.SGD(mine.parameters(), 0.1), model=mine)
        self.train(torch.optim.SGD(theirs.parameters(), 0.1), model=theirs)
        self.assertTrue(torch.allclose(mine[0].weight, theirs[0].weight, atol=1e-6))

    def test_every_class_has_a_docstring_and_options(self):
        for name in optim.__all__:
            each = getattr(optim, name)
            self.assertTrue(each.__init__.__doc__ or each.__doc__, name)
            self.assertIn("self", inspect.signature(each.__init__).parameters)
        self.assertEqual(inspect.signature(optim.QGDSGDmN).parameters["momentum"].default, 0.9)
        optim.Adam(self.model.parameters(), 0.1, betas=(0.8, 0.99)).close()

    def test_clipping_accumulation_closures_and_none(self):
        optimizer = optim.DSGDmN(self.model.parameters(), 0.1, momentum=0.8)
        loss = optimizer.step(lambda: [optimizer.zero_grad(), own_loop.loss_of(self.model, own_loop.batch_of(0, 0))][1].backward())
        self.assertIsNone(loss)
        for batch in range(3):
            own_loop.loss_of(self.model, own_loop.batch_of(0, batch)).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1e-9)
        before = self.model[0].bias.detach().clone()
        optimizer.zero_grad(set_to_none=False)
        own_loop.loss_of(self.model, own_loop.batch_of(0, 1)).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1e-9)
        optimizer.param_groups[0]["lr"] = 1e-9
        optimizer.step()
        self.assertTrue(torch.allclose(before, self.model[0].bias))
        optimizer.zero_grad(set_to_none=True)
        with self.assertRaisesRegex(murmur.Error, "'0' has no gradient"):
            optimizer.step()

    def test_replaced_memory_is_taken_over_or_refused(self):
        optimizer = optim.SGD(self.model.parameters(), 0.1)
        self.train(optimizer)
        self.model[0].weight.data = torch.ones(16, 10)
        self.train(optimizer, 1)
        self.assertLess(float((self.model[0].weight - 1).abs().max()), 0.5)
        self.model.to(torch.float64)
        with self.assertRaisesRegex(murmur.Error, "was replaced by .* float64"):
            self.train(optimizer, 1)

    def test_a_state_goes_on_with_the_same_bits(self):
        optimizer = optim.QGDSGDmN(self.model, 0.1)
        self.train(optimizer, 5)
        state = optimizer.state_dict()
        self.train(optimizer, 5)
        want = optimizer.digest()
        other = own_loop.make_model(0.3)
        again = optim.QGDSGDmN(other, 0.3)
        again.load_state_dict(state)
        self.assertEqual((again.steps, again.param_groups[0]["lr"]), (5, 0.1))
        self.train(again, 5, other)
        self.assertEqual(again.digest(), want)

    def test_parameters_get_their_memory_back(self):
        optimizer = optim.SGD(self.model.parameters(), 0.1)
        inside = self.model[0].weight.data_ptr()
        optimizer.close()
        self.assertNotEqual(inside, self.model[0].weight.data_ptr())
        with self.assertRaisesRegex(murmur.Error, "closed"):
            optimizer.step()

    def test_misuse(self):
        with self.assertRaisesRegex(ValueError, "empty parameter list"):
            optim.SGD([], 0.1)
        with self.assertRaisesRegex(murmur.Error, "by itself"):
            optim.NGC(self.model.parameters(), 0.1)
        with self.assertRaisesRegex(murmur.Error, "workers"):
            optim.SGD(self.model.parameters(), 0.1, settings={"workers": 3})
        with self.assertRaisesRegex(TypeError, "sync_every"):
            optim.SlowMo(optim.SGD(self.model.parameters(), 0.1))
        with self.assertRaisesRegex(TypeError, "around an optimizer"):
            optim.SlowMo(torch.optim.SGD(self.model.parameters(), 0.1), 4)
        with self.assertRaisesRegex(murmur.Error, "no state"):
            optim.SGD(self.model.parameters(), 0.1).load_state_dict({"state": {}, "param_groups": []})


@needs_torch
class Failures(unittest.TestCase):
    def expect(self, settings, *texts):
        said = run([*launchers()["TCP"], "-n", 3, sys.executable, "-B", HERE / "own_loop.py", json.dumps(settings)], code=None)
        self.assertNotIn("digest", said)
        for text in texts:
            self.assertIn(text, said)

    def test_an_exception_in_one_process_ends_all(self):
        self.expect({"fail_at": [1, 4]}, "a fault of the loop", "process 1 gave up")

    def test_a_killed_process_ends_all(self):
        self.expect({"kill_at": [1, 4]}, "process 1")


if __name__ == "__main__":
    unittest.main()
