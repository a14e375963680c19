# SPDX-License-Identifier: Apache-2.0
"""Compiled steps: forward and backward of a model of torch as one shared library, which the engine calls without Python.

    step(row, buffers, gradient, draws, *batch) -> loss        in place: gradient, buffers
    outputs(row, buffers, inputs) -> outputs                   of the model in evaluation mode

A row has every tensor on a 64-byte boundary, as in include/murmur/task.h; parameters are views of its slices. The graph is that
of torch.func.grad_and_value, traced by make_fx, and becomes a library by AOTInductor. Random masks are a hash of (draws, index), so
a batch's are a function of (seed, worker, batch). Kept in the user's cache, by graph, version of torch and processor.
"""
from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Callable

import numpy as np
import torch
from torch.utils import _pytree as pytree

from murmur._hashed_draws import replace_draws
from murmur._murmur import CompiledModel, Error, processor
from murmur._simulate import TorchTask
from murmur._torch_rows import Layout, copy_of, words_of

FORMAT = 1
OLDEST = (2, 10)  # that tells its version to programs without Python
_OPTIONS = {
    "aot_inductor.link_libtorch": False,  # the engine opens it
    "cpp.threads": 1,  # the engine's threads are all that there are
}
_PRECISIONS = {torch.float32: "single", torch.float64: "double"}


class _Places:
    """Where tensors are in a row: offsets and sizes, each on a boundary of 64 bytes."""

    def __init__(self, names: list[str], shapes: list[tuple[str, list[int]]], dtype: torch.dtype):
        line = 64 // dtype.itemsize
        self.row_size = 0
        self.places = []
        for name, (_, shape) in zip(names, shapes):
            size = int(np.prod(shape, dtype=np.int64))
            self.places.append((name, self.row_size, size, shape))
            self.row_size += -(-size // line) * line

    def views(self, row: torch.Tensor) -> dict[str, torch.Tensor]:
        return {name: row[begin : begin + size].view(shape) for name, begin, size, shape in self.places}

    def write(self, row: torch.Tensor, values: dict[str, torch.Tensor]) -> None:
        for name, begin, size, _ in self.places:
            row[begin : begin + size].copy_(values[name].reshape(-1))


class _Wrapped(torch.nn.Module):
    """A function of a module and a batch as a module, whose tensors torch.func.functional_call replaces."""

    def __init__(self, model: torch.nn.Module, function: Callable):
        super().__init__()
        self.model = model
        self._function = function

    def forward(self, batch: Any) -> Any:
        return self._function(self.model, batch)


class Tracer:
    """The graphs of a model."""

    def __init__(self, model: torch.nn.Module, loss_fn: Callable, batch: Any):
        _require_torch()
        self.layout = Layout.of(model)
        if self.layout.staged:
            raise Error("a compiled step computes on the CPU, in single or double precision, and the model is elsewhere; say model.float().cpu()")
        for name, module in model.named_modules():
            if isinstance(module, torch.nn.modules.batchnorm._NormBase) and module.track_running_stats and module.momentum is None:
                raise Error(f"'{name}' has momentum=None: its statistics depend on how many batches there were, which is in no row; give a momentum")
        self.model = model
        self.dtype = self.layout.dtype
        self.parameters = _Places(self.layout.parameters, self.layout.parameter_shapes, self.dtype)
        self.buffers = _Places(self.layout.buffers, self.layout.buffer_shapes, self.dtype)
        leaves, self.form = pytree.tree_flatten(batch)
        self.leaves = [_tensor(each) for each in leaves]
        self._loss = loss_fn
        self._others = {name: each.detach() for name, each in model.named_buffers() if name not in self.layout.buffers}

    def step(self) -> torch.fx.GraphModule:
        wrapped = _Wrapped(self.model, self._loss)

        def loss_of(parameters: dict[str, torch.Tensor], buffers: dict[str, torch.Tensor], batch: Any):
            own = {name: each.clone() for name, each in buffers.items()}
            others = {name: torch.empty_like(each).copy_(each) for name, each in self._others.items()}
            tensors = {f"model.{name}": each for name, each in (parameters | own | others).items()}
            loss = torch.func.functional_call(wrapped, tensors, (batch,))
            if not isinstance(loss, torch.Tensor) or loss.dim() != 0:
                raise Error("loss_fn returns no tensor of no axes; the loss of a batch is one, as mean() gives it")
            return loss, own

        def step(row, buffers, gradient, draws, *leaves):
            batch = pytree.tree_unflatten(list(leaves), self.form)
            gradients, (loss, own) = torch.func.grad_and_value(loss_of, has_aux=True)(self.parameters.views(row), self.buffers.views(buffers), batch)
            self.parameters.write(gradient, gradients)
            self.buffers.write(buffers, own)
            return loss

        graph = _trace(step, [self._row(), self._buffer_row(), self._row(), torch.zeros(2, dtype=torch.int64), *self.leaves])
        replace_draws(graph, 3)
        return graph

    def outputs(self) -> torch.fx.GraphModule:
        model = copy_of(self.model).eval()

        def outputs(row, buffers, inputs):
            tensors = self.parameters.views(row) | {name: each.clone() for name, each in self.buffers.views(buffers).items()}
            return torch.func.functional_call(model, tensors, (inputs,)).contiguous()

        with torch.no_grad():
            graph = _trace(outputs, [self._row(), self._buffer_row(), self.leaves[0]])
        replace_draws(graph, None)
        return graph

    def _row(self) -> torch.Tensor:
        return torch.zeros(self.parameters.row_size, dtype=self.dtype)

    def _buffer_row(self) -> torch.Tensor:
        return torch.zeros(max(self.buffers.row_size, 1), dtype=self.dtype)


def _require_torch() -> None:
    version = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])
    if version < OLDEST:
        raise Error(f"this is torch {torch.__version__}; compiled steps need {'.'.join(map(str, OLDEST))} or newer")


def _tensor(leaf: Any) -> torch.Tensor:
    if isinstance(leaf, np.ndarray):
        return torch.from_numpy(leaf)
    if not isinstance(leaf, torch.Tensor):
        raise Error(f"a batch has a {type(leaf).__name__}; that of a compiled step is of tensors or arrays alone")
    return leaf.detach()


def _trace(function: Callable, arguments: list[torch.Tensor]) -> torch.fx.GraphModule:
    from torch._subclasses.fake_tensor import DataDependentOutputException
    from torch.fx.experimental.proxy_tensor import make_fx
    from torch.fx.experimental.symbolic_shapes import GuardOnDataDependentSymNode

    try:
        graph = make_fx(function, tracing_mode="fake", _allow_non_fake_inputs=True)(*arguments)
    except (DataDependentOutputException, GuardOnDataDependentSymNode) as error:
        what = str(error).partition("\n")[0]
        raise Error(f"the computation depends on values of tensors ({what}); what is compiled is the same for every batch") from None
    graph.graph.eliminate_dead_code()
    graph.recompile()
    graph.example = arguments
    return graph


def _library_key(graph: torch.fx.GraphModule) -> str:
    key = hashlib.sha256()
    for text in (FORMAT, torch.__version__, processor(), sorted(_OPTIONS.items()), graph.code):
        key.update(f"{text}\n".encode())
    for value in graph.example:
        key.update(f"{value.dtype} {list(value.shape)} {value.stride()}\n".encode())
    for name in sorted(node.target for node in graph.graph.nodes if node.op == "get_attr"):
        constant = getattr(graph, name)
        key.update(f"{name} {constant.dtype} {list(constant.shape)}\n".encode())
        key.update(constant.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes() if constant.numel() else b"")
    return key.hexdigest()[:32]


def _cache() -> Path | None:
    """The folder of the user's cache; None: it cannot be written."""
    given = os.environ.get("MURMUR_CACHE")
    base = Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "murmur"
    try:
        (base / "compiled").mkdir(parents=True, exist_ok=True)
        return base / "compiled" if os.access(base / "compiled", os.W_OK) else None
    except OSError:
        return None


def library_of(graph: torch.fx.GraphModule, folder: Path, name: str) -> None:
    """Writes folder/name: from the cache, or compiled now."""
    cache = _cache()
    kept = None if cache is None else cache / f"{_library_key(graph)}.so"
    if kept is not None and kept.exists():
        shutil.copyfile(kept, folder / name)
        return
    with tempfile.TemporaryDirectory() as place:
        package = os.path.join(place, "step.pt2")
        with torch.no_grad():
            program = torch.export.export(graph, tuple(graph.example))
            torch._inductor.aoti_compile_and_package(program, package_path=package, inductor_configs=dict(_OPTIONS))
        _unpack(package, folder / name)
    if kept is not None:
        part = kept.with_suffix(f".{os.getpid()}")
        shutil.copyfile(folder / name, part)
        os.replace(part, kept)  # another process may have written the same


def _unpack(package: str, to: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        (library,) = [each for each in archive.namelist() if each.endswith(".so")]
        for source in [each for each in archive.namelist() if each.endswith(".wrapper.cpp")]:
            if b"aoti_torch_proxy_executor_call_function(" in archive.read(source):
                raise Error("an operation of the model has no C function in libtorch, so it cannot be called without Python")
        to.write_bytes(archive.read(library))


def write_tensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """A safetensors file."""
    names = {torch.float32: "F32", torch.float64: "F64"}
    header, end = {}, 0
    for name, each in tensors.items():
        size = each.numel() * each.itemsize
        header[name] = {"dtype": names[each.dtype], "shape": list(each.shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for each in tensors.values():
            file.write(each.contiguous().numpy().tobytes())


def _named(shapes: list[tuple[str, list[int]]]) -> list[dict[str, Any]]:
    return [{"name": name, "shape": shape} for name, shape in shapes]


def write_folder(tracer: Tracer, folder: Path, with_outputs: bool) -> None:
    library_of(tracer.step(), folder, "step.so")
    outputs = 0
    if with_outputs:
        graph = tracer.outputs()
        shape = _shape_of_result(graph)
        if len(shape) != 2 or shape[0] != tracer.leaves[0].shape[0]:
            raise Error(f"model(inputs) gives {shape}; for classification it is [examples, classes]")
        outputs = shape[1]
        library_of(graph, folder, "outputs.so")
    layout = tracer.layout
    write_tensors(folder / "model.safetensors", dict(zip(layout.parameters + layout.buffers, layout.start + layout.start_buffers)))
    about = {
        "format": FORMAT,
        "torch": torch.__version__.split("+")[0],
        "library": os.fspath(Path(torch.__file__).resolve().parent / "lib" / "libtorch_cpu.so"),
        "processor": processor(),
        "precision": _PRECISIONS[tracer.dtype],
        "parameters": _named(layout.parameter_shapes),
        "buffers": _named(layout.buffer_shapes),
        "batch": [{"dtype": str(each.dtype).removeprefix("torch."), "shape": list(each.shape)} for each in tracer.leaves],
        "outputs": outputs,
    }
    (folder / "compiled.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _shape_of_result(graph: torch.fx.GraphModule) -> list[int]:
    (result,) = [node for node in graph.graph.nodes if node.op == "output"]
    return [int(extent) for extent in result.args[0].meta["val"].shape]


def compile(  # noqa: A001
    model_fn: Callable[[], torch.nn.Module] | torch.nn.Module,
    loss_fn: Callable[[torch.nn.Module, Any], torch.Tensor],
    batch: Any,
    folder: str | os.PathLike,
) -> Path:
    """Writes the folder of `[model] name = "compiled"`: a model that the program trains without Python.

    model_fn, loss_fn: as in simulate(). batch: (inputs, labels) of the shapes of a training batch; its values do not matter.
    folder: is made, or written over if it is one of these. Returns it.

    It is for this version of torch and this processor. Compiling takes some 10 s, or a moment if the same is in the user's cache.
    """
    model = model_fn() if not isinstance(model_fn, torch.nn.Module) else copy_of(model_fn)
    tracer = Tracer(model, loss_fn, batch)
    if len(tracer.leaves) != 2:
        raise Error(f"a batch has {len(tracer.leaves)} tensors; those of the program's datasets have two, (inputs, labels)")
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()) and not (folder / "compiled.json").exists():
        raise Error(f"{folder} exists and is no folder of a compiled model; give another one")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compiled.json").unlink(missing_ok=True)
    write_folder(tracer, folder, True)
    return folder


class CompiledTask(TorchTask):
    """Gradients by a compiled step; scores are those of the module."""

    def __init__(self, model: torch.nn.Module, loss_fn: Callable, batches: Callable, numbers: dict[str, int], staged: bool | None):
        if staged:
            raise Error("staged=True and compile=True: a compiled step computes on rows; choose one")
        super().__init__(model, loss_fn, batches, numbers["workers"])
        self._seed = numbers["seed"]
        tracer = Tracer(model, loss_fn, batches(0, 0))
        self._form, self._like = tracer.form, tracer.leaves
        with tempfile.TemporaryDirectory() as folder:
            write_folder(tracer, Path(folder), False)
            self._compiled = CompiledModel(folder)

    def gradient(self, worker: int, batch: int, step: int, thread: int, row: int, gradient: int, buffers: int) -> float:
        self._prepare_thread()
        leaves, form = pytree.tree_flatten(self._batches(worker, batch))
        tensors = [_aligned(_tensor(each)) for each in leaves]
        if form != self._form or any(t.shape != like.shape or t.dtype != like.dtype for t, like in zip(tensors, self._like)):
            given, compiled = (", ".join(map(words_of, each)) for each in (tensors, self._like))
            raise Error(f"batch {batch} of worker {worker} is {given}; the step was compiled for {compiled}")
        return self._compiled.gradient(self._seed, worker, batch, [row, gradient, buffers], [each.data_ptr() for each in tensors])


def _aligned(tensor: torch.Tensor) -> torch.Tensor:
    """Contiguous and on 64 bytes, as results depend on it."""
    tensor = tensor.contiguous()
    return tensor if tensor.data_ptr() % 64 == 0 else tensor.clone()
