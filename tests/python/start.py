# SPDX-License-Identifier: Apache-2.0
"""start.py -n N COMMAND...: N processes with the variables that torchrun sets, on this machine. Unlike torchrun it ends none of them
when another one fails, so that what they do by themselves is seen."""
import os
import random
import socket
import subprocess
import sys

count, command = int(sys.argv[2]), sys.argv[3:]
while True:  # two ports in a row: torch's store would have the first one. Below those that connections take by themselves
    port = random.randrange(20000, 30000)
    with socket.socket() as first, socket.socket() as second:
        try:
            first.bind(("127.0.0.1", port))
            second.bind(("127.0.0.1", port + 1))
            break
        except OSError:
            continue
common = {"WORLD_SIZE": str(count), "LOCAL_WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "TORCHELASTIC_RUN_ID": "test"}
processes = [subprocess.Popen(command, env={**os.environ, **common, "RANK": str(r), "LOCAL_RANK": str(r)}) for r in range(count)]
sys.exit(max((process.wait() for process in processes), key=abs))
