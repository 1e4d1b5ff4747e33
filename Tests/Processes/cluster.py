"""Machines for tests: network namespaces with a host name, an address and a link of limited speed each.

They need root, `ip` and `tc`. Processes on them share the file system, like the nodes of a cluster.
"""

import os
import subprocess
import tempfile
from pathlib import Path

SUBNET = "10.199.77"
# Without it, mpirun itself takes minutes to notice that a host is gone.
KEEPALIVE = [
    word for name, seconds in (("time", 5), ("intvl", 2), ("probes", 3))
    for word in ("--mca", f"oob_tcp_keepalive_{name}", str(seconds))]


def can_make_clusters() -> str | None:
    """The reason why no cluster can be made; `None` if one can."""
    if os.geteuid() != 0:
        return "it needs root"
    tried = subprocess.run(
        ["sh", "-c", "ip netns add fasttrain-try && ip netns delete fasttrain-try"], capture_output=True, text=True)
    return None if tried.returncode == 0 else f"ip netns: {tried.stderr.strip()}"


class Cluster:
    """Some hosts on one bridge. The names of namespaces and devices contain the process number of the test."""

    def __init__(self, count: int, rate: str | None = None):
        """`rate` limits what each host sends, in the words of `tc`, such as "100mbit"."""
        self.count = count
        self.bridge = f"ftb{os.getpid() % 100000}"
        self.hosts = [f"fthost{index}-{os.getpid()}" for index in range(count)]
        self.agent = Path(tempfile.mkdtemp(prefix="fasttrain-agent-")) / "agent"
        # mpirun calls it like ssh: a host and a command for its shell.
        self.agent.write_text(
            '#!/bin/sh\nhost=$1\nshift\nexec ip netns exec "$host" unshare --uts sh -c "hostname $host; exec $*"\n')
        self.agent.chmod(0o755)
        try:
            self.make(rate)
        except BaseException:
            self.remove()
            raise

    def make(self, rate: str | None) -> None:
        call("ip", "link", "add", self.bridge, "type", "bridge")
        call("ip", "link", "set", self.bridge, "up")
        for index, host in enumerate(self.hosts):
            outer = self.outer(index)
            call("ip", "netns", "add", host)
            call("ip", "link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", host)
            call("ip", "link", "set", outer, "master", self.bridge, "up")
            self.on(index, "ip", "address", "add", f"{SUBNET}.{index + 1}/24", "dev", "eth0")
            self.on(index, "ip", "link", "set", "eth0", "up")
            self.on(index, "ip", "link", "set", "lo", "up")
            if rate:
                self.on(
                    index, "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", rate, "burst", "256kb",
                    "latency", "50ms")

    def outer(self, index: int) -> str:
        """The device of a host on the bridge's side."""
        return f"ftv{index}-{os.getpid() % 100000}"

    def on(self, index: int, *command: str) -> str:
        """Runs a command on a host and returns its output."""
        return call("ip", "netns", "exec", self.hosts[index], *command)

    def mpirun(self, *options: str) -> list[str]:
        """The command that starts MPI programs on the hosts, from the first one."""
        first = self.hosts[0]
        networks = [word for kind in ("oob", "btl") for word in ("--mca", f"{kind}_tcp_if_include", f"{SUBNET}.0/24")]
        return [
            "ip", "netns", "exec", first, "unshare", "--uts", "sh", "-c", f'hostname {first}; exec "$@"', "sh",
            "mpirun", "--host", ",".join(f"{host}:4" for host in self.hosts), "--mca", "plm_rsh_agent",
            str(self.agent), "--mca", "btl", "tcp,self", *networks, *KEEPALIVE, "--map-by", "node", "--bind-to", "none",
            *options]

    def cut(self, index: int) -> None:
        """Cuts the link of a host."""
        call("ip", "link", "set", self.outer(index), "down")

    def mend(self, index: int) -> None:
        call("ip", "link", "set", self.outer(index), "up")

    def sent(self, index: int) -> int:
        """The bytes that a host has sent so far."""
        return int(self.on(index, "cat", "/sys/class/net/eth0/statistics/tx_bytes"))

    def remove(self) -> None:
        for host in self.hosts:
            subprocess.run(["ip", "netns", "delete", host], capture_output=True)
        for index in range(self.count):
            subprocess.run(["ip", "link", "delete", self.outer(index)], capture_output=True)
        subprocess.run(["ip", "link", "delete", self.bridge], capture_output=True)
        self.agent.unlink(missing_ok=True)
        self.agent.parent.rmdir()


def call(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
