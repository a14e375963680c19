# SPDX-License-Identifier: Apache-2.0
"""Compiled steps: what eager torch computes, with bits that no number of threads changes; by simulate() and by file."""
import os
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
from support import has_torch, launchers, needs_torch, run

if has_torch:
    import torch
    import torch.nn.functional as F

    import murmur
    import own_loop

    can_compile = tuple(map(int, torch.__version__.split("+")[0].split(".")[:2]))[:2] >= (2, 10)
needs_compiler = unittest.skipUnless(has_torch and can_compile, "this torch cannot compile steps")
HERE = Path(__file__).resolve().parent
FILE = """workers = 3
[algorithm]
name = "qg-dsgdm-n"
learning_rate = 0.1
[topology]
name = "ring"
[data]
name = "arrays"
file = "data.npz"
batch_size = 16
[model]
name = "compiled"
folder = "net"
[schedule]
steps = 12
"""


def simulate(**more):
    model = more.pop("model", lambda: own_loop.make_model(0.3))
    arguments = {"workers": 4, "steps": 9, "lr": 0.1, "seed": 5, "compile": True, **more}
    return murmur.simulate(model, own_loop.loss_of, own_loop.batch_of, **arguments)


class Net(torch.nn.Module if has_torch else object):
    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.conv = torch.nn.Conv2d(1, 4, 3, bias=False)
        self.norm = torch.nn.BatchNorm2d(4)
        self.dropout = torch.nn.Dropout(0.2)
        self.fc = torch.nn.Linear(4 * 9, 3)

    def forward(self, x):
        return self.fc(self.dropout(F.max_pool2d(F.relu(self.norm(self.conv(x))), 2).flatten(1)))


def loss_of_net(model, batch):
    return F.cross_entropy(model(batch[0]), batch[1])


def batch_of_net(seed=0):
    draws = torch.Generator().manual_seed(seed)
    return torch.randn(16, 1, 8, 8, generator=draws), torch.randint(0, 3, (16,), generator=draws)


def gradient_of(model, loss, batch, seed=1, number=0):
    """Of a compiled step: the loss, gradients and buffers by name."""
    from murmur._compile import Tracer, write_folder
    from murmur._murmur import CompiledModel

    tracer = Tracer(model, loss, batch)
    rows = [torch.zeros(places.row_size, dtype=tracer.dtype) for places in (tracer.parameters, tracer.parameters, tracer.buffers)]
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        write_folder(tracer, Path(folder), False)
        tracer.parameters.write(rows[0], dict(model.named_parameters()))
        tracer.buffers.write(rows[2], dict(model.named_buffers()))
        rows[1].fill_(7.0)
        compiled = CompiledModel(folder)
        value = compiled.gradient(seed, 0, number, [row.data_ptr() for row in rows], [each.data_ptr() for each in batch])
    return value, tracer.parameters.views(rows[1]), tracer.buffers.views(rows[2]), rows[1]


@needs_compiler
class Steps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        os.environ["MURMUR_CACHE"] = cls.folder.name

    def test_the_gradient_of_eager_torch(self):
        """Relative to the tensor's norm: 1e-5 in single precision; buffers 1e-6."""
        model, batch = Net(), batch_of_net()
        model.dropout.p = 0.0
        value, gradients, buffers, row = gradient_of(model, loss_of_net, batch)
        eager = loss_of_net(model, batch)
        eager.backward()
        self.assertAlmostEqual(value, eager.item(), places=5)
        for name, parameter in model.named_parameters():
            self.assertLess(float((gradients[name] - parameter.grad).norm() / parameter.grad.norm()), 1e-5, name)
        for name, value in buffers.items():
            self.assertLess(float((value - dict(model.named_buffers())[name]).abs().max()), 1e-6, name)
        sizes = sum(parameter.numel() for parameter in model.parameters())
        self.assertEqual(int((row == 0).sum()), row.numel() - sizes, "zeros between tensors")

    def test_the_same_bits_on_threads_and_resumed(self):
        one = simulate(threads=1)
        self.assertEqual(simulate(threads=2).digest, one.digest)
        self.assertNotEqual(simulate(threads=1, seed=6).digest, one.digest)
        with tempfile.TemporaryDirectory() as folder:
            simulate(steps=4, checkpoints=folder)
            self.assertEqual(simulate(checkpoints=folder, resume=True).digest, one.digest)
        self.assertEqual(len(list((Path(self.folder.name) / "compiled").glob("*.so"))) > 0, True)
        self.assertNotEqual(simulate(compile=False).digest, one.digest, "draws of their own")

    def test_without_dropout_it_is_near_what_python_computes(self):
        model = lambda: own_loop.make_model(0.0)  # noqa: E731
        test = [own_loop.batch_of(9, number) for number in range(3)]
        compiled = simulate(model=model, test=test)
        called = simulate(model=model, test=test, compile=False)
        for name in ("train/loss", "eval/loss_averaged", "consensus/distance"):
            self.assertAlmostEqual(compiled.metrics[name].iloc[-1], called.metrics[name].iloc[-1], places=4)
        for mine, theirs in zip(compiled.state_dict(2).values(), called.state_dict(2).values()):
            self.assertTrue(mine.dtype == torch.int64 or torch.allclose(mine, theirs, atol=1e-4))

    def test_by_file_without_torch(self):
        images = np.random.default_rng(1).standard_normal((200, 1, 8, 8), dtype=np.float32)
        labels = (images.mean((1, 2, 3)) > 0).astype(np.int32) + (images[:, 0, 0, 0] > 1)
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            np.savez("data.npz", train_x=images[:160], train_y=labels[:160], test_x=images[160:], test_y=labels[160:])
            Path("run.toml").write_text(FILE)
            murmur.compile(Net, loss_of_net, batch_of_net(), "net")
            one = murmur.train("run.toml", {"threads": 1})
            self.assertIn("eval/accuracy_averaged", one.metrics)
            self.assertEqual(murmur.train("run.toml", {"threads": 2}).digest, one.digest)
            for launcher in launchers().values():
                words = ["-n", 3, sys.executable, "-m", "murmur", "train", "run.toml", "--output", "run"]
                self.assertIn(f"digest {one.digest}", run([*launcher, *words]))
                run(["rm", "-r", "run"])
            with self.assertRaisesRegex(murmur.Error, "ended with 2"):
                murmur.train("run.toml", {"data.batch_size": 8})
            os.chdir("/")


@needs_compiler
class Refusals(unittest.TestCase):
    def expect(self, text, model=None, loss=None, batch=None):
        from murmur._compile import Tracer

        with self.assertRaisesRegex(murmur.Error, text):
            Tracer(model or Net(), loss or loss_of_net, batch or batch_of_net()).step()

    def test_what_cannot_be_compiled(self):
        self.expect("no axes", loss=lambda model, batch: model(batch[0]))
        self.expect("aten.randn", loss=lambda model, batch: loss_of_net(model, (batch[0] + torch.randn(16, 1, 8, 8), batch[1])))
        self.expect("depends on values", loss=lambda model, batch: loss_of_net(model, batch) if batch[0].sum() > 0 else model(batch[0]).mean())
        self.expect("momentum=None", model=torch.nn.Sequential(torch.nn.BatchNorm2d(1, momentum=None)))
        self.expect("tensors or arrays alone", batch=(*batch_of_net(), 3))
        self.expect("on the CPU", model=Net().half())

    def test_batches_and_folders(self):
        with self.assertRaisesRegex(murmur.Error, r"batch 3 of worker . is \[4, 10\].* compiled for \[8, 10\]"):
            murmur.simulate(own_loop.make_model, own_loop.loss_of, lambda w, b: tuple(each[: 4 if b == 3 else 8] for each in own_loop.batch_of(w, b)),
                            workers=2, steps=5, lr=0.1, compile=True)  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "mine").write_text("")
            with self.assertRaisesRegex(murmur.Error, "is no folder of a compiled model"):
                murmur.compile(Net, loss_of_net, batch_of_net(), folder)
        with self.assertRaisesRegex(murmur.Error, r"one, two|have two"):
            murmur.compile(Net, loss_of_net, (*batch_of_net(), torch.zeros(16)), "unused")


@needs_torch
class Draws(unittest.TestCase):
    @needs_compiler
    def test_masks_are_of_their_share_and_of_the_numbers(self):
        from torch.fx.experimental.proxy_tensor import make_fx

        from murmur._hashed_draws import replace_draws

        graph = make_fx(lambda draws: [F.dropout(torch.ones(300, 300), 0.3) for _ in range(2)], tracing_mode="fake")(torch.zeros(2, dtype=torch.int64))
        replace_draws(graph, 0)
        masks = [each > 0 for draws in ([5, 6], [5, 7], [4, 6]) for each in graph(torch.tensor(draws))]
        for mask in masks:
            self.assertAlmostEqual(float(mask.double().mean()), 0.7, delta=0.006)  # 4 deviations
        for k, one in enumerate(masks):
            for other in masks[:k]:
                agreement = float((one == other).double().mean())
                self.assertAlmostEqual(agreement, 0.58, delta=0.008)
        self.assertTrue(torch.equal(graph(torch.tensor([5, 6]))[0] > 0, masks[0]))

    @unittest.skipIf(has_torch and can_compile, "this torch is new enough")
    def test_an_older_torch_is_named(self):
        with self.assertRaisesRegex(murmur.Error, "2.10 or newer"):
            simulate()


if __name__ == "__main__":
    unittest.main()
