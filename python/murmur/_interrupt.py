# SPDX-License-Identifier: Apache-2.0
"""Ctrl+C between two steps: the step that it meets is completed. A second one does not wait."""
from __future__ import annotations

import signal
import threading


class Interrupt:
    def __init__(self):
        self.asked = False
        self._before = None

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _ask(self, number, frame) -> None:
        if self.asked:
            signal.default_int_handler(number, frame)
        self.asked = True
