# SPDX-License-Identifier: Apache-2.0
"""Modules of torch on rows of the engine: parameters and buffers are views of a row where they can be, so nothing is copied
before the forward pass; otherwise (on a GPU, in half precision) they are staged: copied from and to the row, which stays in
single precision on the host."""
from __future__ import annotations

import copy
from typing import Any, Callable, Iterable

import torch

from murmur import _murmur
from murmur._murmur import Error

_VIEWS = {torch.float32: _murmur.views32, torch.float64: _murmur.views64}


def tensors_of(views: Iterable[Any]) -> list[torch.Tensor]:
    return [torch.from_dlpack(view) for view in views]


def copy_all(into: list[torch.Tensor], values: list[torch.Tensor]) -> None:
    """In one call where torch has one for it (2.1)."""
    if not into:
        return
    if hasattr(torch, "_foreach_copy_"):
        torch._foreach_copy_(into, values)
    else:
        for place, value in zip(into, values):
            place.copy_(value)


class Layout:
    """Which tensors of a module are in rows: its trainable parameters, and its buffers of the same kind of number."""

    def __init__(self, parameters: dict[str, torch.Tensor], buffers: dict[str, torch.Tensor], staged: bool | None = None):
        if not parameters:
            raise Error("the model has no parameter that requires a gradient; a model has one or more")
        for name, parameter in parameters.items():
            if not parameter.is_floating_point():
                raise Error(f"the parameter '{name}' is {words_of(parameter)}; it is of floating point")
        dtypes = {parameter.dtype for parameter in parameters.values()}
        can_be_views = len(dtypes) == 1 and dtypes <= set(_VIEWS) and all(p.device.type == "cpu" for p in parameters.values())
        if staged is False and not can_be_views:
            raise Error("parameters cannot be views of a row: " + words_of(next(iter(parameters.values()))))
        self.staged = not can_be_views or bool(staged)
        self.dtype = dtypes.pop() if can_be_views else torch.float32
        self.parameters = list(parameters)
        buffers = {n: b for n, b in buffers.items() if b.dtype in (self.dtype, *dtypes) and b.is_floating_point()}
        self.buffers = list(buffers)
        self.parameter_shapes = [(name, list(each.shape)) for name, each in parameters.items()]
        self.buffer_shapes = [(name, list(each.shape)) for name, each in buffers.items()]
        self.start = [each.detach().to("cpu", self.dtype, copy=True) for each in parameters.values()]
        self.start_buffers = [each.detach().to("cpu", self.dtype, copy=True) for each in buffers.values()]

    @staticmethod
    def of(module: torch.nn.Module, staged: bool | None = None) -> Layout:
        trainable = {name: each for name, each in module.named_parameters() if each.requires_grad}
        return Layout(trainable, dict(module.named_buffers()), staged)

    def write_start(self, worker: int, row: int, buffers: int) -> None:
        """The start of a Simulation or a Worker: rows given by their addresses."""
        views = _VIEWS[self.dtype]
        copy_all(tensors_of(views(row, self.parameter_shapes)), self.start)
        if buffers:
            copy_all(tensors_of(views(buffers, self.buffer_shapes)), self.start_buffers)


class BoundModule:
    """A module that computes at one row at a time. Not for several threads at once."""

    def __init__(self, module: torch.nn.Module, layout: Layout, views: Callable[[int, bool], list[torch.Tensor]]):
        """views(address, of_buffers): the tensors of a row."""
        self.module = module
        self._layout = layout
        self._views = views
        parameters, buffers = dict(module.named_parameters()), dict(module.named_buffers())
        self.parameters = [parameters[name] for name in layout.parameters]
        self.buffers = [buffers[name] for name in layout.buffers]
        self._row = self._buffer_row = 0
        self._row_views: list[torch.Tensor] = []
        self._buffer_views: list[torch.Tensor] = []

    def bind(self, row: int, buffers: int) -> None:
        if row != self._row:
            self._row_views = self._take(self.parameters, self._views(row, False))
            self._row = row
        elif self._layout.staged:
            self._copy_in(self.parameters, self._row_views)
        if not self.buffers:
            return
        if buffers == 0:  # they must not change: copies do
            self._buffer_views = self._take(self.buffers, [each.clone() for each in self._layout.start_buffers])
        elif buffers != self._buffer_row:
            self._buffer_views = self._take(self.buffers, self._views(buffers, True))
        elif self._layout.staged:
            self._copy_in(self.buffers, self._buffer_views)
        self._buffer_row = buffers

    def _take(self, tensors: list[torch.Tensor], views: list[torch.Tensor]) -> list[torch.Tensor]:
        if self._layout.staged:
            self._copy_in(tensors, views)
        else:
            for tensor, view in zip(tensors, views):
                tensor.data = view
        return views

    @staticmethod
    def _copy_in(tensors: list[torch.Tensor], views: list[torch.Tensor]) -> None:
        with torch.no_grad():
            copy_all(tensors, views)

    def write_gradient(self, places: list[torch.Tensor]) -> None:
        gradients = [parameter.grad for parameter in self.parameters]
        try:
            copy_all(places, gradients)
        except (TypeError, RuntimeError):
            self._explain(gradients)
            raise
        for parameter in self.parameters:
            parameter.grad = None
        if self._layout.staged and self._buffer_row:
            copy_all(self._buffer_views, [each.detach() for each in self.buffers])

    def _explain(self, gradients: list[torch.Tensor | None]) -> None:
        for name, gradient in zip(self._layout.parameters, gradients):
            if gradient is None:
                raise Error(
                    f"the parameter '{name}' gets no gradient: the loss does not depend on it; remove it, or say "
                    "requires_grad_(False)"
                ) from None
            if gradient.layout is not torch.strided:
                raise Error(f"the gradient of '{name}' is {gradient.layout}; it is to be dense") from None


def words_of(tensor: torch.Tensor) -> str:
    return f"{list(tensor.shape)} of {str(tensor.dtype).removeprefix('torch.')} on {tensor.device}"


def copy_of(module: torch.nn.Module) -> torch.nn.Module:
    """The same module with tensors of its own; what does not train is shared."""
    frozen = {id(each): each for each in module.parameters() if not each.requires_grad}
    return copy.deepcopy(module, frozen)
