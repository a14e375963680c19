# SPDX-License-Identifier: Apache-2.0
"""An optimizer of torch for every algorithm, and outer steps around any of them.

    optimizer = murmur.optim.QGDSGDmN(model.parameters(), lr=0.1, topology="ring")
    optimizer = murmur.optim.SlowMo(murmur.optim.SGD(model.parameters(), lr=0.1), period=12)

One process per worker, started by mpirun or torchrun; docs/python.md. Made by scripts/python-optimizers: do not edit.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch

from murmur._optimizer import Decentralized, Outer
from murmur._settings import Setting

__all__ = [
    "Decentralized",
    "SGD",
    "Adam",
    "AdamW",
    "DSGD",
    "DSGDm",
    "DSGDmN",
    "QGDSGDm",
    "QGDSGDmN",
    "DSGDGT",
    "DSGDmGT",
    "DSGDmNGT",
    "D2",
    "D2Plus",
    "DAdam",
    "QGDAdam",
    "AllReduceSGD",
    "AllReduceAdam",
    "SGP",
    "OSGP",
    "ADPSGD",
    "DoubleAveraging",
    "CHOCOSGD",
    "EFSGD",
    "NGC",
    "Average",
    "SlowMo",
    "Lookahead",
    "HeavyBall",
    "Nesterov",
    "BMUF",
    "EASGD",
]

def _period(period: int | None, sync_every: int | None) -> int:
    if (period is None) == (sync_every is None):
        raise TypeError("give period, or sync_every, which is the same: steps between two outer steps")
    return sync_every if period is None else period


class SGD(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Local SGD step, no communication of its own.

        momentum: weight of the old momentum (a number in [0, 1)).
        nesterov: step along g + momentum * m instead of m.

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "sgd", "momentum": momentum, "nesterov": nesterov}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class Adam(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-08,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Local Adam step with coupled decay, no communication of its own.

        Kingma, Ba: Adam, a method for stochastic optimization, ICLR 2015.

        betas: weights of the old moments (a number in [0, 1)).
        eps: added to the root of the second moment (a positive finite number).

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "adam", "betas": betas, "eps": eps}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class AdamW(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-08,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Local Adam step with decoupled decay, no communication of its own.

        Loshchilov, Hutter: Decoupled weight decay regularization, ICLR 2019.

        betas: weights of the old moments (a number in [0, 1)).
        eps: added to the root of the second moment (a positive finite number).

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "adamw", "betas": betas, "eps": eps}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class DSGD(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        order: str = 'adapt-then-combine',
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Decentralized SGD: step, then mix with the neighbors.

        Lian et al.: Can decentralized algorithms outperform centralized algorithms?, NeurIPS 2017.

        order: mix the stepped model, or step from the mixed model (adapt-then-combine, combine-then-adapt; "adapt-then-combine"
          or "combine-then-adapt").

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "dsgd", "order": order}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class DSGDm(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.9,
        order: str = 'adapt-then-combine',
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Decentralized SGD with local heavy-ball momentum.

        momentum: weight of the old momentum (a number in [0, 1)).
        order: mix the stepped model, or step from the mixed model (adapt-then-combine, combine-then-adapt; "adapt-then-combine"
          or "combine-then-adapt").

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "dsgdm", "momentum": momentum, "order": order}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class DSGDmN(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.9,
        order: str = 'adapt-then-combine',
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Decentralized SGD with local Nesterov momentum.

        momentum: weight of the old momentum (a number in [0, 1)).
        order: mix the stepped model, or step from the mixed model (adapt-then-combine, combine-then-adapt; "adapt-then-combine"
          or "combine-then-adapt").

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "dsgdm-n", "momentum": momentum, "order": order}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class QGDSGDm(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.9,
        mu: float = 0.9,
        buffer_period: int = 1,
        buffer_phase: str = 'first',
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Decentralized SGD with quasi-global heavy-ball momentum.

        Lin, Karimireddy, Stich, Jaggi: Quasi-global momentum, ICML 2021, Algorithm 1.

        momentum: weight of the memory in the step (a number in [0, 1)).
        mu: weight of the old memory when it is refreshed (a number in [0, 1)).
        buffer_period: steps between two refreshes (an integer, 1 or more).
        buffer_phase: refresh after steps 0, tau, 2 tau, ... (as published) or after tau, 2 tau, ... steps (first, last; "first"
          or "last").

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "qg-dsgdm", "momentum": momentum, "mu": mu, "buffer_period": buffer_period, "buffer_phase": buffer_phase}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class QGDSGDmN(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.9,
        mu: float = 0.9,
        buffer_period: int = 1,
        buffer_phase: str = 'first',
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Decentralized SGD with quasi-global Nesterov momentum.

        Lin, Karimireddy, Stich, Jaggi: Quasi-global momentum, ICML 2021, Algorithm 1.

        momentum: weight of the memory in the step (a number in [0, 1)).
        mu: weight of the old memory when it is refreshed (a number in [0, 1)).
        buffer_period: steps between two refreshes (an integer, 1 or more).
        buffer_phase: refresh after steps 0, tau, 2 tau, ... (as published) or after tau, 2 tau, ... steps (first, last; "first"
          or "last").

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "qg-dsgdm-n", "momentum": momentum, "mu": mu, "buffer_period": buffer_period, "buffer_phase": buffer_phase}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class DSGDGT(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Decentralized SGD with gradient tracking.

        Di Lorenzo, Scutari: NEXT, 2016; Pu, Nedic: Distributed stochastic gradient tracking, 2018.

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "dsgd-gt"}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class DSGDmGT(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.9,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Gradient tracking, heavy-ball momentum on the tracker.

        Di Lorenzo, Scutari: NEXT, 2016; Pu, Nedic: Distributed stochastic gradient tracking, 2018.

        momentum: weight of the old momentum of the tracker (a number in [0, 1)).

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "dsgdm-gt", "momentum": momentum}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class DSGDmNGT(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.9,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Gradient tracking, Nesterov momentum on the tracker.

        Di Lorenzo, Scutari: NEXT, 2016; Pu, Nedic: Distributed stochastic gradient tracking, 2018.

        momentum: weight of the old momentum of the tracker (a number in [0, 1)).

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "dsgdm-n-gt", "momentum": momentum}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class D2(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Exact diffusion, for a constant learning rate.

        Tang et al.: D2, decentralized training over decentralized data, ICML 2018.

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "d2"}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class D2Plus(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Exact diffusion, right under a changing learning rate.

        Tang et al.: D2, ICML 2018; Lin et al.: Quasi-global momentum, ICML 2021.

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "d2-plus"}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class DAdam(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-08,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Local Adam step, then mix; the moments stay local.

        Lin et al.: Quasi-global momentum, ICML 2021 (baseline).

        betas: weights of the old moments (a number in [0, 1)).
        eps: added to the root of the second moment (a positive finite number).

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "dadam", "betas": betas, "eps": eps}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class QGDAdam(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-08,
        normalization_eps: float = 1e-08,
        version: str = 'v2',
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Decentralized Adam with quasi-global moments.

        Lin, Karimireddy, Stich, Jaggi: Quasi-global momentum, ICML 2021.

        betas: weights of the old moments (a number in [0, 1)).
        eps: added to the root of the second moment (a positive finite number).
        normalization_eps: added to the norm of a motion before dividing by it (a positive finite number).
        version: which of the published forms (v0, v1, v2; "v0" or "v1" or "v2").

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "qg-dadam", "betas": betas, "eps": eps, "normalization_eps": normalization_eps, "version": version}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class AllReduceSGD(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Centralized SGD: gradients averaged exactly at every step.

        Goyal et al.: Accurate, large minibatch SGD, 2017.

        momentum: weight of the old momentum (a number in [0, 1)).
        nesterov: step along g + momentum * m instead of m.

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "allreduce-sgd", "momentum": momentum, "nesterov": nesterov}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class AllReduceAdam(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-08,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Centralized Adam: gradients averaged exactly at every step.

        Kingma, Ba: Adam, ICLR 2015.

        betas: weights of the old moments (a number in [0, 1)).
        eps: added to the root of the second moment (a positive finite number).

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "allreduce-adam", "betas": betas, "eps": eps}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class SGP(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Stochastic gradient push: push-sum on a directed graph.

        Assran, Loizou, Ballas, Rabbat: Stochastic gradient push, ICML 2019.

        momentum: weight of the old momentum, which stays local (a number in [0, 1)).
        nesterov: step along g + momentum * m instead of m.

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "sgp", "momentum": momentum, "nesterov": nesterov}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class OSGP(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        staleness: int = 1,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Overlapped stochastic gradient push: messages travel during the gradient.

        Assran, Loizou, Ballas, Rabbat: Stochastic gradient push, ICML 2019.

        momentum: weight of the old momentum, which stays local (a number in [0, 1)).
        nesterov: step along g + momentum * m instead of m.
        staleness: steps that a message may take (an integer from 1 to 16).

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "osgp", "momentum": momentum, "nesterov": nesterov, "staleness": staleness}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class ADPSGD(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Asynchronous pairwise averaging: a worker meets one neighbor per gradient.

        Lian, Zhang, Zhang, Liu: Asynchronous decentralized parallel SGD, ICML 2018.

        momentum: weight of the old momentum, which stays local (a number in [0, 1)).
        nesterov: step along g + momentum * m instead of m.

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "ad-psgd", "momentum": momentum, "nesterov": nesterov}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class DoubleAveraging(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.9,
        nesterov: bool = False,
        period: int = 12,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Local momentum; model and momentum both averaged every period.

        Yu, Jin, Yang: On the linear speedup analysis of communication efficient momentum SGD, ICML 2019.

        momentum: weight of the old momentum (a number in [0, 1)).
        nesterov: step along g + momentum * m instead of m.
        period: steps between two averages (an integer, 1 or more).

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "double-averaging", "momentum": momentum, "nesterov": nesterov, "period": period}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class CHOCOSGD(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        gossip_step: float = 0.5,
        momentum: float = 0.0,
        nesterov: bool = False,
        order: str = 'mix-first',
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Decentralized SGD over public copies that are known by encoded differences.

        Koloskova, Lin, Stich, Jaggi: Decentralized deep learning with arbitrary communication compression, ICLR 2020.

        gossip_step: share of the way to the neighbors' public copies, gamma (a number in (0, 1]).
        momentum: weight of the old momentum, which stays local (a number in [0, 1)).
        nesterov: step along g + momentum * m instead of m.
        order: what a step begins with (mix-first, gradient-first; "mix-first" or "gradient-first").

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "choco-sgd", "gossip_step": gossip_step, "momentum": momentum, "nesterov": nesterov, "order": order}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class EFSGD(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        form: str = 'ef-sgd',
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Encoded averages of gradients; what is not sent waits in a memory.

        Karimireddy, Rebjock, Stich, Jaggi: Error feedback fixes SignSGD, ICML 2019.

        momentum: weight of the old momentum (a number in [0, 1)).
        nesterov: step along g + momentum * m instead of m.
        form: what is encoded, and where the momentum is; powersgd is the default with low-rank (ef-sgd, powersgd, hook; "ef-
          sgd" or "powersgd" or "hook").

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "ef-sgd", "momentum": momentum, "nesterov": nesterov, "form": form}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class NGC(Decentralized):
    def __init__(
        self,
        params: torch.nn.Module | Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.9,
        nesterov: bool = True,
        data_share: float = 0.0,
        gossip_step: float = 1.0,
        weight_decay: float | None = None,
        topology: Setting = None,
        **common: Any,
    ):
        """Cross-gradients at the neighbors' models, local momentum.

        Aketi, Kodge, Roy: Neighborhood gradient clustering, 2022.

        momentum: weight of the old momentum, which stays local (a number in [0, 1)).
        nesterov: step along g + momentum * m instead of m.
        data_share: share of the neighbors' gradients at the own model, a (a number in [0, 1]).
        gossip_step: share of the way to the neighbors' mean, gamma (a number in (0, 1]).

        The rest are the arguments of murmur.optim.Decentralized.
        """
        algorithm = {"name": "ngc", "momentum": momentum, "nesterov": nesterov, "data_share": data_share, "gossip_step": gossip_step}
        super().__init__(params, lr, weight_decay=weight_decay, algorithm=algorithm, topology=topology, **common)


class Average(Outer):
    def __init__(
        self,
        base: Decentralized,
        period: int | None = None,
        *,
        sync_every: int | None = None,
        phase: str = 'last',
        start_step: int = 0,
        before: str = 'none',
        buffers: str = 'maintain',
        exact_average: bool = True,
    ):
        """Go on from the exact mean: Local SGD, periodic averaging.

        Stich: Local SGD converges fast and communicates little, ICLR 2019.

        phase: after tau, 2 tau, ... steps, or after 1, tau + 1, ... steps (last, first; "last" or "first").
        start_step: no outer step before this many steps; the period counts from there (an integer, 0 or more).
        before: until start_step: leave the base alone, or average after every step (none, every-step; "none" or "every-step").
        buffers: what happens to the base's memory after an outer step (reset, maintain, average; "reset" or "maintain" or
          "average").
        exact_average: false: no averaging, every worker keeps its own anchor and slow buffer.

        base: an optimizer of this module, which this one takes the place of. period, or sync_every: steps between two of these.
        Collective.
        """
        super().__init__(base, {"name": "average", "period": _period(period, sync_every), "phase": phase, "start_step": start_step, "before": before, "buffers": buffers, "exact_average": exact_average})


class SlowMo(Outer):
    def __init__(
        self,
        base: Decentralized,
        period: int | None = None,
        *,
        sync_every: int | None = None,
        momentum: float = 0.5,
        learning_rate: float = 1.0,
        phase: str = 'last',
        start_step: int = 0,
        before: str = 'none',
        buffers: str = 'maintain',
        exact_average: bool = True,
    ):
        """Slow momentum over rounds, scaled by the learning rate.

        Wang, Tantia, Ballas, Rabbat: SlowMo, ICLR 2020, Algorithm 1.

        momentum: weight of the old slow momentum (a number in [0, 1)).
        learning_rate: slow learning rate (a finite number, 0 or more).
        phase: after tau, 2 tau, ... steps, or after 1, tau + 1, ... steps (last, first; "last" or "first").
        start_step: no outer step before this many steps; the period counts from there (an integer, 0 or more).
        before: until start_step: leave the base alone, or average after every step (none, every-step; "none" or "every-step").
        buffers: what happens to the base's memory after an outer step (reset, maintain, average; "reset" or "maintain" or
          "average").
        exact_average: false: no averaging, every worker keeps its own anchor and slow buffer.

        base: an optimizer of this module, which this one takes the place of. period, or sync_every: steps between two of these.
        Collective.
        """
        super().__init__(base, {"name": "slowmo", "period": _period(period, sync_every), "momentum": momentum, "learning_rate": learning_rate, "phase": phase, "start_step": start_step, "before": before, "buffers": buffers, "exact_average": exact_average})


class Lookahead(Outer):
    def __init__(
        self,
        base: Decentralized,
        period: int | None = None,
        *,
        sync_every: int | None = None,
        learning_rate: float = 1.0,
        phase: str = 'last',
        start_step: int = 0,
        before: str = 'none',
        buffers: str = 'maintain',
        exact_average: bool = True,
    ):
        """A part of the way from the anchor to the mean.

        Zhang, Lucas, Ba, Hinton: Lookahead optimizer, NeurIPS 2019.

        learning_rate: share of the way to the mean (a finite number, 0 or more).
        phase: after tau, 2 tau, ... steps, or after 1, tau + 1, ... steps (last, first; "last" or "first").
        start_step: no outer step before this many steps; the period counts from there (an integer, 0 or more).
        before: until start_step: leave the base alone, or average after every step (none, every-step; "none" or "every-step").
        buffers: what happens to the base's memory after an outer step (reset, maintain, average; "reset" or "maintain" or
          "average").
        exact_average: false: no averaging, every worker keeps its own anchor and slow buffer.

        base: an optimizer of this module, which this one takes the place of. period, or sync_every: steps between two of these.
        Collective.
        """
        super().__init__(base, {"name": "lookahead", "period": _period(period, sync_every), "learning_rate": learning_rate, "phase": phase, "start_step": start_step, "before": before, "buffers": buffers, "exact_average": exact_average})


class HeavyBall(Outer):
    def __init__(
        self,
        base: Decentralized,
        period: int | None = None,
        *,
        sync_every: int | None = None,
        momentum: float = 0.9,
        learning_rate: float = 1.0,
        phase: str = 'last',
        start_step: int = 0,
        before: str = 'none',
        buffers: str = 'maintain',
        exact_average: bool = True,
    ):
        """Outer SGD with heavy-ball momentum on the displacement.

        momentum: weight of the old outer momentum (a number in [0, 1)).
        learning_rate: outer learning rate (a finite number, 0 or more).
        phase: after tau, 2 tau, ... steps, or after 1, tau + 1, ... steps (last, first; "last" or "first").
        start_step: no outer step before this many steps; the period counts from there (an integer, 0 or more).
        before: until start_step: leave the base alone, or average after every step (none, every-step; "none" or "every-step").
        buffers: what happens to the base's memory after an outer step (reset, maintain, average; "reset" or "maintain" or
          "average").
        exact_average: false: no averaging, every worker keeps its own anchor and slow buffer.

        base: an optimizer of this module, which this one takes the place of. period, or sync_every: steps between two of these.
        Collective.
        """
        super().__init__(base, {"name": "heavy-ball", "period": _period(period, sync_every), "momentum": momentum, "learning_rate": learning_rate, "phase": phase, "start_step": start_step, "before": before, "buffers": buffers, "exact_average": exact_average})


class Nesterov(Outer):
    def __init__(
        self,
        base: Decentralized,
        period: int | None = None,
        *,
        sync_every: int | None = None,
        momentum: float = 0.9,
        learning_rate: float = 1.0,
        phase: str = 'last',
        start_step: int = 0,
        before: str = 'none',
        buffers: str = 'maintain',
        exact_average: bool = True,
    ):
        """Outer SGD with Nesterov momentum, as in DiLoCo.

        Douillard et al.: DiLoCo, 2023.

        momentum: weight of the old outer momentum (a number in [0, 1)).
        learning_rate: outer learning rate (a finite number, 0 or more).
        phase: after tau, 2 tau, ... steps, or after 1, tau + 1, ... steps (last, first; "last" or "first").
        start_step: no outer step before this many steps; the period counts from there (an integer, 0 or more).
        before: until start_step: leave the base alone, or average after every step (none, every-step; "none" or "every-step").
        buffers: what happens to the base's memory after an outer step (reset, maintain, average; "reset" or "maintain" or
          "average").
        exact_average: false: no averaging, every worker keeps its own anchor and slow buffer.

        base: an optimizer of this module, which this one takes the place of. period, or sync_every: steps between two of these.
        Collective.
        """
        super().__init__(base, {"name": "nesterov", "period": _period(period, sync_every), "momentum": momentum, "learning_rate": learning_rate, "phase": phase, "start_step": start_step, "before": before, "buffers": buffers, "exact_average": exact_average})


class BMUF(Outer):
    def __init__(
        self,
        base: Decentralized,
        period: int | None = None,
        *,
        sync_every: int | None = None,
        momentum: float = 0.9,
        learning_rate: float = 1.0,
        nesterov: bool = False,
        phase: str = 'last',
        start_step: int = 0,
        before: str = 'none',
        buffers: str = 'maintain',
        exact_average: bool = True,
    ):
        """Block momentum, classical or as deployed in fairseq and CNTK.

        Chen, Huo: Scalable training of deep learning machines by incremental block training with intra-block parallel
        optimization and BMUF, 2016.

        momentum: block momentum (a number in [0, 1)).
        learning_rate: block learning rate (a finite number, 0 or more).
        nesterov: go on from the looked-ahead point.
        phase: after tau, 2 tau, ... steps, or after 1, tau + 1, ... steps (last, first; "last" or "first").
        start_step: no outer step before this many steps; the period counts from there (an integer, 0 or more).
        before: until start_step: leave the base alone, or average after every step (none, every-step; "none" or "every-step").
        buffers: what happens to the base's memory after an outer step (reset, maintain, average; "reset" or "maintain" or
          "average").
        exact_average: false: no averaging, every worker keeps its own anchor and slow buffer.

        base: an optimizer of this module, which this one takes the place of. period, or sync_every: steps between two of these.
        Collective.
        """
        super().__init__(base, {"name": "bmuf", "period": _period(period, sync_every), "momentum": momentum, "learning_rate": learning_rate, "nesterov": nesterov, "phase": phase, "start_step": start_step, "before": before, "buffers": buffers, "exact_average": exact_average})


class EASGD(Outer):
    def __init__(
        self,
        base: Decentralized,
        period: int | None = None,
        *,
        sync_every: int | None = None,
        rho: float = 0.0,
        order: str = 'simultaneous',
        phase: str = 'last',
        start_step: int = 0,
        before: str = 'none',
        buffers: str = 'maintain',
        exact_average: bool = True,
    ):
        """Workers and a center pull at each other.

        Zhang, Choromanska, LeCun: Deep learning with elastic averaging SGD, NeurIPS 2015.

        rho: elastic force on a worker per outer step; 0: 0.9 over the number of workers (a number in [0, 1]).
        order: all workers meet the same center, or each what the last one left (simultaneous, round-robin; "simultaneous" or
          "round-robin").
        phase: after tau, 2 tau, ... steps, or after 1, tau + 1, ... steps (last, first; "last" or "first").
        start_step: no outer step before this many steps; the period counts from there (an integer, 0 or more).
        before: until start_step: leave the base alone, or average after every step (none, every-step; "none" or "every-step").
        buffers: what happens to the base's memory after an outer step (reset, maintain, average; "reset" or "maintain" or
          "average").
        exact_average: false: no averaging, every worker keeps its own anchor and slow buffer.

        base: an optimizer of this module, which this one takes the place of. period, or sync_every: steps between two of these.
        Collective.
        """
        super().__init__(base, {"name": "easgd", "period": _period(period, sync_every), "rho": rho, "order": order, "phase": phase, "start_step": start_step, "before": before, "buffers": buffers, "exact_average": exact_average})
