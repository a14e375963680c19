# SPDX-License-Identifier: Apache-2.0
"""Settings as the keys of a configuration file (docs/configuration.md), from arguments of Python."""
from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union

from murmur import _murmur

Setting = Union[str, Mapping[str, Any], None]


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, (bool, type(None))):
        if value is None:
            raise TypeError("None is no value of a setting; leave it out")
        return "true" if value else "false"
    if isinstance(value, (str, os.PathLike)):
        return json.dumps(os.fspath(value), ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {toml(each)}" for key, each in value.items()) + "}"
    if hasattr(value, "tolist"):  # a number or an array of NumPy or torch
        return toml(value.tolist())
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(each) for each in value) + "]"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    raise TypeError(f"{value!r} is a {type(value).__name__}; a setting is a number, a text, a list or a dictionary")


def _table(name: str, given: Setting) -> list[tuple[str, str]]:
    """algorithm="dsgd" or algorithm={"name": "dsgdm-n", "momentum": 0.8}."""
    if given is None:
        return []
    if isinstance(given, str):
        return [(f"{name}.name", toml(given))]
    if not isinstance(given, Mapping):
        raise TypeError(f"{name}={given!r}; it is a name or a dictionary with a name")
    return [(f"{name}.{key}", toml(value)) for key, value in given.items()]


def flat(given: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    keys = []
    for key, value in given.items():
        if isinstance(value, Mapping):
            keys += flat(value, f"{prefix}{key}.")
        else:
            keys.append((prefix + key, toml(value)))
    return keys


def make_options(
    config: str | os.PathLike | None = None,
    *,
    algorithm: Setting = None,
    topology: Setting = None,
    outer: Setting = None,
    settings: Mapping[str, Any] | None = None,
    **numbers: int | None,
) -> _murmur.Options:
    """Options of a file, then of the named arguments, then of `settings`: dotted keys or nested dictionaries."""
    file, text = "", ""
    if config is not None:
        file = os.fspath(config)
        try:
            text = Path(file).read_text(encoding="utf-8")
        except OSError as error:
            raise _murmur.Error(f"{file} cannot be read: {error.strerror}") from None
    keys = [(name, toml(value)) for name, value in numbers.items() if value is not None]
    for name, given in (("algorithm", algorithm), ("topology", topology), ("outer", outer)):
        keys += _table(name, given)
    keys += flat(settings or {})
    return _murmur.Options(file, text, keys)
