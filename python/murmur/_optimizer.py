# SPDX-License-Identifier: Apache-2.0
"""The optimizer behind murmur.optim: step() exchanges models with the workers of other processes.

Parameters are views of the rows of a murmur::Worker, and get memory of their own again at the end. Behind the constructor and
each step() torch's default generator is seeded for the next batch (_draws.py).
"""
from __future__ import annotations

import atexit
import ctypes
import os
import sys
import weakref
from collections.abc import Iterable, Mapping
from typing import Any, Callable

import torch

from murmur import _murmur
from murmur._draws import seed_draws
from murmur._factors import GroupFactors
from murmur._murmur import Error
from murmur._settings import Setting, make_options
from murmur._torch_rows import Layout, copy_all, tensors_of, words_of

_ENGINES = {torch.float32: _murmur.Worker32, torch.float64: _murmur.Worker64}
_open: weakref.WeakSet[Decentralized] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    failed = hasattr(sys, "last_value") or hasattr(sys, "last_exc")
    for optimizer in list(_open):
        optimizer._end(failed)


class Decentralized(torch.optim.Optimizer):
    """Any algorithm, by its name. murmur.optim has a class for each.

    params: of a model, as for any optimizer of torch: tensors or groups, which may have an `lr` and a `weight_decay` of their own;
      or the model itself. model: the model of the groups. With a model its names and order are those of the rows, and its running
      statistics are in checkpoints.
    lr: the rate; schedulers change it. weight_decay: None: that of the settings, 0.
    algorithm, topology, outer: names, or dictionaries {"name": ..., option: ...}. settings: any key of a configuration file
      (docs/configuration.md), dotted or nested; config: such a file. workers are as many as there are processes.
    overlap: parts of the gradient are sent while backward computes the others: a step has one backward pass, and nothing changes
      gradients behind it (torch 2.1).
    average_buffers: running statistics of the model are exchanged and averaged wherever the models are.
    staged: True: parameters keep their own memory and are copied to and from a row in single precision on the host, as it is done
      for those on a GPU or in half precision.
    communicator: the address of an MPI_Comm (mpi4py: MPI._addressof(comm)); None: all processes that were started.

    Every member marked collective is called by all processes. Errors are murmur.Error; behind a step that failed only resume() is
    left, and where a process was lost, a new start.
    """

    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        model: torch.nn.Module | None = None,
        weight_decay: float | None = None,
        algorithm: Setting = None,
        topology: Setting = None,
        outer: Setting = None,
        seed: int | None = None,
        overlap: bool = False,
        average_buffers: bool = False,
        staged: bool | None = None,
        steps_per_epoch: int = 0,
        communicator: int | None = None,
        config: str | os.PathLike | None = None,
        settings: Mapping[str, Any] | None = None,
    ):
        self._made_of = {
            "algorithm": algorithm, "topology": topology, "outer": outer, "seed": seed, "overlap": overlap, "staged": staged,
            "average_buffers": average_buffers, "steps_per_epoch": steps_per_epoch, "communicator": communicator, "config": config,
            "settings": settings,
        }  # fmt: skip
        self._worker: Any = None
        self._module = params if isinstance(params, torch.nn.Module) else model
        self._hooks: list[Any] = []
        groups = params.parameters() if isinstance(params, torch.nn.Module) else params
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay})
        self._join()

    # What an optimizer has besides torch's.

    @property
    def rank(self) -> int:
        """Of this worker."""
        return self._worker.rank()

    @property
    def size(self) -> int:
        """How many workers there are."""
        return self._worker.size()

    @property
    def steps(self) -> int:
        """Made so far."""
        return self._worker.steps()

    @property
    def batch(self) -> int:
        """The number of the batch that comes next, by which data are chosen."""
        return self._worker.batch()

    def digest(self) -> str:
        """Of all models: 16 hexadecimal digits, those of murmur.simulate(). Collective."""
        return self._worker.digest()

    def consensus_distance(self) -> float:
        """Root mean square of the workers' distance to their average. Collective."""
        return self._worker.consensus_distance()

    def average_state_dict(self) -> dict[str, torch.Tensor]:
        """The exact average of all models (and running statistics, of an optimizer of a module), as a state_dict. Collective."""
        average = dict(zip(self._layout.parameters, tensors_of(self._worker.average_model())))
        average |= dict(zip(self._layout.buffers, tensors_of(self._worker.average_buffers())))
        own = average if self._module is None else self._module.state_dict()
        return {name: average.get(name, value).detach().clone() for name, value in own.items()}

    def save(self, folder: str | os.PathLike) -> None:
        """A checkpoint of all workers, in a folder that all processes share. Collective."""
        self._copy_in()
        self._worker.save(os.fspath(folder))

    def resume(self, folder: str | os.PathLike) -> None:
        """Goes on from the newest checkpoint in the folder, also from one of murmur.simulate(). Collective."""
        self._worker.resume(os.fspath(folder))
        self._copy_out()
        self._seed()

    def config(self) -> str:
        """The settings with their values, as a configuration file."""
        return self._worker.config()

    def close(self) -> None:
        """Leaves the other processes: parameters get memory of their own. Collective; done at the end of the program, too."""
        self._end(False)

    # What torch's optimizers have.

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step of all workers. Collective."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        worker = self._worker
        if worker is None:
            raise Error("this optimizer was closed")
        if not self._hooks:
            self._begin()
            self._take_gradients()
            worker.step(self._lr)
        elif not worker.has_begun():
            raise Error("step() without backward() before it; with overlap a step has one")
        else:
            self._require_unchanged()
            worker.finish()
        self._copy_out()
        self._seed()
        return loss

    def state_dict(self) -> dict[str, Any]:
        """Of this worker alone: the model and all that the algorithm keeps, and the rates. Every process has its own."""
        self._copy_in()
        state = bytearray(self._worker.state())
        return {**super().state_dict(), "murmur": torch.frombuffer(state, dtype=torch.uint8).clone()}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        if "murmur" not in state_dict:
            raise Error("this is no state of an optimizer of murmur: there is no 'murmur' in it")
        state = state_dict["murmur"].contiguous()
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "murmur"})
        self._take_memory()
        self._worker.set_state(ctypes.string_at(state.data_ptr(), state.numel()))
        self._copy_out()
        self._seed()

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        if getattr(self, "_worker", None) is not None:
            raise Error("parameters are exchanged in rows, which are made with the optimizer; make a new optimizer")
        super().add_param_group(param_group)

    # How it works.

    def _join(self) -> None:
        made_of = self._made_of
        trainable = self._named()
        buffers = {} if self._module is None else dict(self._module.named_buffers())
        self._layout = Layout(trainable, buffers, made_of["staged"])
        self._parameters = list(trainable.values())
        self._buffers = [buffers[name] for name in self._layout.buffers]
        self._rows = {id(each): place for place, each in enumerate(self._parameters)}
        settings = dict(made_of["settings"] or {})
        self._factors = GroupFactors(self.param_groups, self.defaults["weight_decay"])
        if self._factors.weight_decay is not None:
            settings["algorithm.weight_decay"] = self._factors.weight_decay
        options = make_options(
            made_of["config"], algorithm=made_of["algorithm"], topology=made_of["topology"], outer=made_of["outer"],
            seed=made_of["seed"], settings=settings,
        )  # fmt: skip
        layout = self._layout
        self._worker = _ENGINES[layout.dtype](
            options, layout.parameter_shapes, layout.buffer_shapes, made_of["average_buffers"], layout.write_start,
            made_of["steps_per_epoch"], made_of["communicator"],
        )  # fmt: skip
        self._row, self._gradient = tensors_of(self._worker.x()), tensors_of(self._worker.gradient())
        self._buffer_row = tensors_of(self._worker.buffers()) if self._buffers else []
        if not layout.staged:
            for tensor, view in zip([*self._parameters, *self._buffers], [*self._row, *self._buffer_row]):
                tensor.data = view
            self._addresses = [view.data_ptr() for view in [*self._row, *self._buffer_row]]
        self._copy_out()
        self._set_factors()
        self._lr = self.param_groups[0]["lr"]
        if made_of["overlap"]:
            self._watch_gradients()
        _open.add(self)
        self._seed()

    def _named(self) -> dict[str, torch.Tensor]:
        given = [each for group in self.param_groups for each in group["params"] if each.requires_grad]
        if self._module is None:
            return {str(place): each for place, each in enumerate(given)}
        named = {name: each for name, each in self._module.named_parameters() if each.requires_grad}
        if {id(each) for each in named.values()} != {id(each) for each in given}:
            raise Error(f"{len(given)} parameters are in the groups, and the model has {len(named)}; each of them is in one group")
        return named

    def _seed(self) -> None:
        seed_draws(self._worker.seed(), self._worker.rank(), self._worker.batch())

    def _set_factors(self) -> None:
        for group, rate, decay in self._factors.changed(self.param_groups):
            for parameter in self.param_groups[group]["params"]:
                if id(parameter) in self._rows:
                    self._worker.set_factors(self._rows[id(parameter)], rate, decay)

    def _begin(self) -> None:
        trainable = [each for group in self.param_groups for each in group["params"] if each.requires_grad]
        if len(trainable) != len(self._parameters) or any(id(each) not in self._rows for each in trainable):
            raise Error("the parameters are others than when this optimizer was made; make a new optimizer")
        self._set_factors()
        self._lr = float(self.param_groups[0]["lr"])
        self._take_memory()
        self._copy_in()

    def _take_memory(self) -> None:
        """Memory that replaced a row's is taken over: its values are the row's from now on. 0.1 us per tensor."""
        if self._layout.staged:
            return
        tensors = self._parameters + self._buffers
        if [each.data_ptr() for each in tensors] == self._addresses:
            return
        names = self._layout.parameters + self._layout.buffers
        for name, tensor, view in zip(names, tensors, self._row + self._buffer_row):
            if tensor.data_ptr() == view.data_ptr():
                continue
            if tensor.dtype != view.dtype or tensor.shape != view.shape or tensor.device.type != "cpu":
                raise Error(f"'{name}' was replaced by {words_of(tensor)}; it is to stay {words_of(view)}")
            view.copy_(tensor.detach())
            tensor.data = view

    def _take_gradients(self) -> None:
        gradients = [each.grad for each in self._parameters]
        try:
            copy_all(self._gradient, gradients)
        except (TypeError, RuntimeError):
            for name, gradient, place in zip(self._layout.parameters, gradients, self._gradient):
                if gradient is None:
                    raise Error(
                        f"the parameter '{name}' has no gradient; call backward() before step(), of a loss that depends on it, or "
                        "say requires_grad_(False)"
                    ) from None
                if gradient.layout is not torch.strided or gradient.shape != place.shape:
                    raise Error(f"the gradient of '{name}' is {words_of(gradient)}, {gradient.layout}") from None
            raise

    # Staged parameters: a copy of their own, of the row that is exchanged.

    def _copy_in(self) -> None:
        """What was written to parameters since they were copied out; running statistics always."""
        if not self._layout.staged:
            return
        versions = [each._version for each in self._parameters]
        for place, (parameter, row) in enumerate(zip(self._parameters, self._row)):
            if versions[place] != self._versions[place]:
                row.copy_(parameter.detach())
        copy_all(self._buffer_row, [each.detach() for each in self._buffers])

    def _copy_out(self) -> None:
        if self._layout.staged:
            with torch.no_grad():
                copy_all(self._parameters, self._row)
                copy_all(self._buffers, self._buffer_row)
            self._versions = [each._version for each in self._parameters]

    # Overlap with backward.

    def _watch_gradients(self) -> None:
        if not hasattr(torch.Tensor, "register_post_accumulate_grad_hook"):
            raise Error(f"overlap needs torch 2.1 or newer, this is {torch.__version__}")
        if self._layout.staged:
            raise Error("overlap is of parameters that are views of a row, and these are staged")
        known = weakref.ref(self)
        for place, parameter in enumerate(self._parameters):
            hook = lambda tensor, place=place: known()._on_gradient(place, tensor)  # noqa: E731
            self._hooks.append(parameter.register_post_accumulate_grad_hook(hook))

    def _on_gradient(self, place: int, parameter: torch.Tensor) -> None:
        with torch.no_grad():
            if not self._worker.has_begun():
                self._begin()
                self._worker.begin(self._lr)
            self._gradient[place].copy_(parameter.grad)
            self._worker.ready(place)

    def _require_unchanged(self) -> None:
        """By the first numbers: what scales gradients, as clipping does, scales all of them."""
        for name, parameter, place in zip(self._layout.parameters, self._parameters, self._gradient):
            if parameter.grad is None or not torch.equal(parameter.grad.flatten()[:32], place.flatten()[:32]):
                raise Error(
                    f"the gradient of '{name}' was changed between backward() and step(), when it had been sent; leave overlap out, "
                    'or clip by settings={"gradient.clip_norm": 1.0}'
                )
        if float(self.param_groups[0]["lr"]) != self._lr:
            raise Error("the rate was changed between backward() and step(), when it had been used")

    def _end(self, failed: bool) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        for hook in self._hooks:
            hook.remove()
        self._hooks = []
        if not self._layout.staged:
            for tensor, view in zip(self._parameters + self._buffers, self._row + self._buffer_row):
                if tensor.data_ptr() == view.data_ptr():
                    tensor.data = view.clone()
        self._row, self._gradient, self._buffer_row = [], [], []
        worker.abandon() if failed else worker.close()


class Outer(Decentralized):
    """An outer step around another optimizer of this module, which it takes the place of: base is closed. Collective."""

    def __init__(self, base: Decentralized, outer: Setting, settings: Mapping[str, Any] | None = None):
        if not isinstance(base, Decentralized):
            raise TypeError(f"{base!r} is a {type(base).__name__}; an outer step is around an optimizer of murmur.optim")
        if base._made_of["outer"] is not None:
            raise Error("there is an outer step already; it is around an algorithm")
        base._end(False)
        merged = {**(base._made_of["settings"] or {}), **(settings or {})}
        self._made_of = {**base._made_of, "outer": outer, "settings": merged}
        self._worker = None
        self._module = base._module
        self._hooks = []
        torch.optim.Optimizer.__init__(self, base.param_groups, base.defaults)
        self._join()
