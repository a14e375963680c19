# SPDX-License-Identifier: Apache-2.0
"""murmur.simulate(): many workers in one process, with a model of torch."""
from __future__ import annotations

import os
import re
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Callable, Union

import torch

from murmur import _murmur
from murmur._data import Batches, Parts
from murmur._draws import Draws
from murmur._interrupt import Interrupt
from murmur._murmur import Error
from murmur._progress import Progress
from murmur._run import Report, Run, remove_at_end
from murmur._settings import Setting, make_options
from murmur._torch_rows import BoundModule, Layout, copy_of, tensors_of

Rate = Union[float, Callable[[int], float], None]
_ENGINES = {torch.float32: _murmur.Simulation32, torch.float64: _murmur.Simulation64}


class TorchTask:
    """The functions that the engine calls: one module per worker, bound once to the worker's row, and one per thread for scores.

    They are called from threads of the engine, which each compute with one of torch's threads, so that no result depends on how
    many there are.
    """

    def __init__(self, model: torch.nn.Module, loss_fn: Callable, batches: Callable, workers: int, staged: bool | None = None):
        self.layout = Layout.of(model, staged)
        self.draws: Draws | None = None
        self.parts: Parts | None = None
        self.score_fn: Callable | None = None
        self._model = model
        self._loss = loss_fn
        self._batches = batches
        self._workers: list[BoundModule | None] = [None] * workers
        self._gradients: dict[int, list[torch.Tensor]] = {}
        self._scoring: list[BoundModule] = []
        self._thread = threading.local()

    def use(self, engine: Any) -> None:
        """Its rows. Without a reference to it: it refers to the functions of this task."""
        known = weakref.ref(engine)
        self._views = lambda at, of_buffers: tensors_of(known().views(at, of_buffers))

    def gradient(self, worker: int, batch: int, step: int, thread: int, row: int, gradient: int, buffers: int) -> float:
        self._prepare_thread()
        bound = self._workers[worker]
        if bound is None:
            bound = self._workers[worker] = self._another()
        places = self._gradients.get(gradient)
        if places is None:
            places = self._gradients[gradient] = self._views(gradient, False)
        bound.bind(row, buffers)
        assert self.draws is not None
        with torch.enable_grad():
            loss = self.draws(worker, batch, lambda: self._loss(bound.module, self._batches(worker, batch)))
            if not isinstance(loss, torch.Tensor) or loss.dim() != 0:
                raise Error(f"loss_fn returns {_shown(loss)}; the loss of a batch is a tensor of no axes, as mean() gives it")
            loss.backward()
        bound.write_gradient(places)
        return loss.item()

    def score(self, row: int, buffers: int, part: int) -> dict[str, tuple[float, int]]:
        self._prepare_thread()
        bound = self._scoring.pop() if self._scoring else self._another()
        try:
            bound.bind(row, buffers)
            bound.module.eval()
            assert self.parts is not None
            with torch.no_grad():
                examples = self.parts(part)
                if self.score_fn is None:
                    return {"loss": (float(self._loss(bound.module, examples)) * self.parts.size(part), self.parts.size(part))}
                return {name: (float(s), int(n)) for name, (s, n) in self.score_fn(bound.module, examples).items()}
        finally:
            self._scoring.append(bound)

    def module_of(self, worker: int) -> torch.nn.Module:
        bound = self._workers[worker]
        return self._model if bound is None else bound.module

    def _another(self) -> BoundModule:
        return BoundModule(copy_of(self._model), self.layout, self._views)

    def _prepare_thread(self) -> None:
        if not getattr(self._thread, "is_prepared", False):
            self._thread.is_prepared = True
            if torch.get_num_threads() != 1:
                torch.set_num_threads(1)


def _shown(value: Any) -> str:
    return f"a tensor of shape {list(value.shape)}" if isinstance(value, torch.Tensor) else f"a {type(value).__name__}"


class TorchRun(Run):
    """A run of murmur.simulate(): its folder, and the models at its end."""

    def __init__(self, folder: Path | None, task: TorchTask):
        self._task = task
        self.folder = remove_at_end(self) if folder is None else folder
        self.simulation: Any = None

    @property
    def digest(self) -> str:
        return self.simulation.digest()

    @property
    def workers(self) -> int:
        return self.simulation.workers()

    def state_dict(self, worker: int = 0) -> dict[str, torch.Tensor]:
        """Of one worker's model, as its module's state_dict(): copies."""
        rows = self.simulation.row(worker, "x"), self.simulation.buffers(worker)
        return self._states(self._task.module_of(worker), *rows)

    def average_state_dict(self) -> dict[str, torch.Tensor]:
        """Of the exact average of all models, and of their running statistics."""
        buffers = [tensors_of(self.simulation.buffers(worker)) for worker in range(self.workers)]
        averages = [torch.stack(each).double().mean(0).to(each[0].dtype) for each in zip(*buffers)]
        return self._states(self._task.module_of(0), self.simulation.average_model(), averages)

    def model(self, worker: int | None = None) -> torch.nn.Module:
        """A module with the model of a worker, or the average, in evaluation mode."""
        module = copy_of(self._task._model)
        module.load_state_dict(self.average_state_dict() if worker is None else self.state_dict(worker))
        return module.eval()

    def consensus_distance(self) -> float:
        """Root mean square of the workers' distance to their average."""
        return self.simulation.consensus_distance()

    def report(self) -> Report:
        self.simulation.report()
        return Report(self.folder / "report.html")

    def _states(self, module: torch.nn.Module, row: list[Any], buffers: list[Any]) -> dict[str, torch.Tensor]:
        layout = self._task.layout
        own = dict(zip(layout.parameters, tensors_of(row))) | dict(zip(layout.buffers, tensors_of(buffers)))
        return {name: own.get(name, value).detach().clone() for name, value in module.state_dict().items()}


def simulate(
    model_fn: Callable[[], torch.nn.Module] | torch.nn.Module,
    loss_fn: Callable[[torch.nn.Module, Any], torch.Tensor],
    datasets: Any,
    *,
    algorithm: Setting = None,
    topology: Setting = None,
    outer: Setting = None,
    workers: int | None = None,
    threads: int | None = None,
    seed: int | None = None,
    lr: Rate = None,
    steps: int | None = None,
    epochs: float | None = None,
    batch_size: int = 32,
    collate_fn: Callable | None = None,
    test: Any = None,
    score_fn: Callable[[torch.nn.Module, Any], Mapping[str, tuple[float, int]]] | None = None,
    test_batch_size: int = 256,
    evaluate_every: int | None = None,
    config: str | os.PathLike | None = None,
    settings: Mapping[str, Any] | None = None,
    average_buffers: bool = False,
    draws: bool | None = None,
    staged: bool | None = None,
    compile: bool = False,  # noqa: A002
    folder: str | os.PathLike | None = None,
    checkpoints: str | os.PathLike | None = None,
    resume: bool = False,
    progress: bool | None = None,
) -> TorchRun:
    """Trains one model with many workers in this process.

    model_fn: makes the model, or is one; its values are the start of all workers. Parameters that need no gradient, and buffers
      that are no floating-point numbers of the parameters' type, are no part of what is exchanged.
    loss_fn(model, batch): the mean loss of a batch, a tensor of no axes. Called from several threads.
    datasets: one map-style dataset (or arrays), dealt to the workers; a list with one per worker; or batch(worker, number), a
      function that gives the same batch for the same numbers.
    algorithm, topology, outer: names of `murmur list`, or dictionaries {"name": "slowmo", "period": 12}. By default qg-dsgdm-n on
      a ring. settings: any other key of a configuration file (docs/configuration.md); config: such a file.
    lr: a rate, or a function of the step; None: algorithm.learning_rate, with [schedule], of the file or the settings.
    steps or epochs: how long; with a [schedule] neither.
    test: a dataset, or a list of batches; score_fn(model, batch) -> {"correct": (sum, count), "loss": (sum, count)}, by default
      the loss. Evaluated every `evaluate_every` steps, and at the end; of every worker's model and of their average.
    average_buffers: running statistics are exchanged and averaged wherever the models are.
    draws: whether forward passes draw from torch's default generator, as dropout does; None: found out.
    staged: True: parameters are copied to and from a row in single precision, as is done for those on a GPU or in half precision.
    compile: the loss of a batch and its gradient become a library, from torch 2.10 on, which is computed without Python and has the
      bits, and the draws of dropout, of its own. All batches have the shapes of the first one. Takes some 10 s; the same again is in
      the user's cache.
    folder: of the run, by default a temporary one. checkpoints, resume: a folder that gets a checkpoint at each evaluation and
      the end; goes on from the newest.

    Each worker's batch is the same for any number of threads, so `run.digest` is, too; a loop with murmur.optim under mpirun has it
    as well. Errors in these functions come out as they are.
    """
    given = model_fn() if not isinstance(model_fn, torch.nn.Module) else copy_of(model_fn)
    options = make_options(
        config, algorithm=algorithm, topology=topology, outer=outer, settings=settings, workers=workers, threads=threads, seed=seed
    )
    numbers = numbers_of(options)
    batches = datasets
    if not callable(datasets) or isinstance(datasets, torch.utils.data.Dataset):
        batches = Batches(datasets, numbers["workers"], batch_size=batch_size, seed=numbers["seed"], collate_fn=collate_fn)
    if compile:
        from murmur._compile import CompiledTask

        task: TorchTask = CompiledTask(given, loss_fn, batches, numbers, staged)
    else:
        task = TorchTask(given, loss_fn, batches, numbers["workers"], staged)
        task.draws = Draws(draws, numbers["workers"], numbers["seed"])
    task.score_fn = score_fn
    task.parts = None if test is None else Parts(test, test_batch_size, collate_fn)
    run = TorchRun(None if folder is None else Path(folder), task)
    run.simulation = engine = _make_engine(task, options, average_buffers, batches)
    task.use(engine)
    if checkpoints is not None and resume:
        engine.resume(os.fspath(checkpoints))
    engine.record(os.fspath(run.folder))
    last = _last_step(engine, steps, epochs, batches)
    places = [os.fspath(checkpoints)] if checkpoints is not None else []
    before = torch.get_num_threads()
    try:
        _loop(engine, last, lr, evaluate_every, places, Progress(progress, last))
    finally:
        if torch.get_num_threads() != before:
            torch.set_num_threads(before)
    return run


def numbers_of(options: _murmur.Options) -> dict[str, int]:
    """workers and seed, as the library reads them."""
    top = options.config().split("\n[")[0]
    return {name: int(value) for name, value in re.findall(r"^(workers|seed) = (\d+)", top, re.MULTILINE)}


def _make_engine(task: TorchTask, options: _murmur.Options, average_buffers: bool, batches: Any) -> Any:
    layout = task.layout
    return _ENGINES[layout.dtype](
        options,
        layout.parameter_shapes,
        layout.buffer_shapes,
        average_buffers,
        layout.write_start,
        task.gradient,
        task.score if task.parts is not None else None,
        task.parts.count if task.parts is not None else 0,
        getattr(batches, "steps_per_epoch", 0),
        getattr(batches, "examples", []),
    )


def _last_step(engine: Any, steps: int | None, epochs: float | None, batches: Any) -> int:
    if steps is not None and epochs is not None:
        raise TypeError("steps and epochs are both given; one of them says how long")
    if epochs is not None:
        if not hasattr(batches, "steps_per_epoch"):
            raise TypeError("epochs are of datasets; with a function of (worker, batch), say steps")
        return round(epochs * batches.steps_per_epoch)
    if steps is not None:
        return steps
    if engine.schedule() == 0:
        raise TypeError("how long? Give steps, epochs, or a [schedule] in the settings")
    return engine.schedule()


def _loop(engine: Any, last: int, lr: Rate, evaluate_every: int | None, checkpoints: list[str], progress: Progress) -> None:
    rate = lr if callable(lr) else (lambda step: lr)
    is_evaluated = False
    with Interrupt() as interrupt:
        if engine.steps() == 0 and evaluate_every:
            progress.show(0, engine.evaluate())
        while engine.steps() < last and not interrupt.asked:
            engine.step(rate(engine.steps()))
            is_evaluated = bool(evaluate_every) and engine.steps() % evaluate_every == 0
            if is_evaluated:
                progress.show(engine.steps(), engine.evaluate())
                for place in checkpoints:
                    engine.save(place)
        if not is_evaluated:
            progress.show(engine.steps(), engine.evaluate())
            for place in checkpoints:
                engine.save(place)
        engine.report()
    if interrupt.asked:
        raise KeyboardInterrupt(f"after step {engine.steps()} of {last}")
