# SPDX-License-Identifier: Apache-2.0
"""Random masks of a traced graph as a hash of (draws, index), so that they are a function of the two numbers that are given.

    h = mix(mix(i + d0 mod 2^32) + d1 + place mod 2^32),   keep where h < share 2^32

of the i-th number of a mask; `draws` has d0, d1 in [0, 2^32), `place` is that of the mask in the graph. The number is added before
anything is made of the index: what is of the index alone would be folded to constants of the size of the mask. mix is the hash of
32 bits with the factor 0x45d9f3b, by products below 2^63 of 64-bit integers.
"""
from __future__ import annotations

import torch

from murmur._murmur import Error

_MASK = 0xFFFFFFFF
_FACTOR = 0x45D9F3B
_STRIDE = 0x9E3779B9
aten = torch.ops.aten


def replace_draws(graph: torch.fx.GraphModule, draws: int | None) -> None:
    """Replaces what dropout draws. draws: which input is the two numbers; None: nothing may be drawn."""
    inputs = [node for node in graph.graph.nodes if node.op == "placeholder"]
    given = None if draws is None else inputs[draws]
    place = 0
    for node in list(graph.graph.nodes):
        if not _draws(node):
            continue
        if given is None or node.target not in (aten.bernoulli.p, aten.bernoulli_.float):
            raise Error(
                f"the model draws random numbers by {node.target}"
                + (" in evaluation" if given is None else "; of these a compiled step has the masks of dropout alone")
            )
        with graph.graph.inserting_before(node):
            mask = _mask(graph.graph, given, place, node)
            if node.target is aten.bernoulli_.float:
                mask = graph.graph.call_function(aten.copy_.default, (node.args[0], mask))
        node.replace_all_uses_with(mask)
        graph.graph.erase_node(node)
        place += 1
    graph.graph.eliminate_dead_code()
    graph.recompile()


def _draws(node: torch.fx.Node) -> bool:
    return isinstance(node.target, torch._ops.OpOverload) and torch.Tag.nondeterministic_seeded in node.target.tags


def _mask(graph: torch.fx.Graph, draws: torch.fx.Node, place: int, node: torch.fx.Node) -> torch.fx.Node:
    value, share = node.meta["val"], node.args[1]

    def call(function, *arguments, **named):
        return graph.call_function(function, arguments, named)

    def mix(x):
        for _ in range(2):
            x = call(aten.bitwise_xor.Tensor, x, call(aten.__rshift__.Scalar, x, 16))
            x = call(aten.bitwise_and.Scalar, call(aten.mul.Scalar, x, _FACTOR), _MASK)
        return call(aten.bitwise_xor.Tensor, x, call(aten.__rshift__.Scalar, x, 16))

    def added(x, number):
        return call(aten.bitwise_and.Scalar, call(aten.add.Tensor, x, number), _MASK)

    index = call(aten.arange.default, value.numel(), dtype=torch.int64, device=torch.device("cpu"))
    low, high = (call(aten.select.int, draws, 0, k) for k in (0, 1))
    high = call(aten.add.Scalar, high, place * _STRIDE & _MASK)
    hashed = mix(added(mix(added(index, low)), high))
    kept = call(aten.lt.Scalar, hashed, int(share * (_MASK + 1)))
    return call(aten._to_copy.default, call(aten.view.default, kept, list(value.shape)), dtype=value.dtype)
