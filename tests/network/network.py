#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""network.py SCRIPT LAUNCHER PROGRAM: hosts made by scripts/network give the bits of one process, have the requested
bandwidth, return the exit code of the command, and are removed afterwards, also after an interruption.

Ends with 77 and the reason where network namespaces cannot be made.
"""
import os
import shutil
import signal
import subprocess
import sys
import unittest

SKIPPED = 77
SCRIPT, LAUNCHER, PROGRAM = sys.argv[1:4]


def obstacle():
    """The reason why this machine cannot make networks of limited bandwidth, or an empty string."""
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    for tool in ("ip", "tc"):
        if not shutil.which(tool):
            return f"{tool} is missing (package iproute2)"
    name = f"murmur-{os.getpid()}-probe"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if made.returncode != 0:
        return f"no network namespace can be made: {made.stderr.strip()}"
    shaping = ["ip", "netns", "exec", name, *"tc qdisc add dev lo root tbf rate 1mbit burst 9kb latency 9ms".split()]
    shaped = subprocess.run(shaping, capture_output=True, text=True)
    subprocess.run(["ip", "netns", "del", name], check=True)
    return "" if shaped.returncode == 0 else f"no bandwidth can be limited: {shaped.stderr.strip()}"


def started(*words):
    return subprocess.Popen([SCRIPT, "--mpi", LAUNCHER, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)  # fmt: skip


def left_behind(process):
    """Namespaces left by a script that has ended; their names contain its process id."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if line.startswith(f"murmur-{process.pid}-")]


class Network(unittest.TestCase):
    def ended(self, process, code):
        out, err = process.communicate()
        self.assertEqual(process.returncode, code, err)
        self.assertEqual(left_behind(process), [])
        return out

    def test_gives_the_bits_of_one_process(self):
        alone = subprocess.run([PROGRAM], capture_output=True, text=True, check=True).stdout.splitlines()
        on_hosts = self.ended(started("--hosts", "2", "--mbit", "1000", "--", PROGRAM), 0).splitlines()
        self.assertEqual(on_hosts[:-1], alone[:-1])
        self.assertEqual((alone[-1], on_hosts[-1]), ("run by 1 processes", "run by 2 processes"))

    def test_has_hosts_with_the_bandwidth_asked_for(self):
        command = "tc qdisc show dev eth0; ip -brief address show dev eth0; echo from $NETWORK_ADDRESS"
        out = self.ended(started("--hosts", "3", "--mbit", "100", "--", "sh", "-c", command), 0)
        self.assertEqual(out.count("rate 100Mbit"), 3, out)
        for host in (1, 2, 3):
            self.assertEqual(out.count(f"10.77.0.{host}/24"), 1, out)
        self.assertEqual(out.count("from 10.77.0.1"), 3, out)

    def test_fails_as_the_command_does(self):
        self.ended(started("--hosts", "2", "--", "sh", "-c", "exit 7"), 7)

    def test_leaves_nothing_behind_when_it_is_interrupted(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = started("--hosts", "2", "--", "sh", "-c", "echo here; exec sleep 600")
            for _ in range(2):
                self.assertEqual(process.stdout.readline(), "here\n")
            process.send_signal(number)
            self.ended(process, 128 + number)

    def test_says_what_it_does_not_understand(self):
        for words in (["--hosts", "1", "--", "true"], ["--mbit", "fast", "--", "true"], ["--hosts", "2"], ["true"]):
            process = started(*words)
            err = process.communicate()[1]
            self.assertEqual(process.returncode, 1)
            self.assertIn("network: ", err)


if __name__ == "__main__":
    why = obstacle()
    if why:
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
