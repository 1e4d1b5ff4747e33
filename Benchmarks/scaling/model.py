"""The time of a step on several hosts, computed from the parts of a step on one and from the network.

It follows `StepEngine.exchangeUpdate`. A host computes the gradients of its rows layer by layer, the largest layer first,
and sends each layer's while it makes the next one. Then it adds up and updates its slice of each layer, and sends the new
parameters while it updates the next slice. A link carries one layer after another; what has not arrived by the time at
which it is needed is waited for.
"""

from dataclasses import dataclass

from parts import Parts


@dataclass
class Network:
    """The links of a cluster: each host has one of its own to a switch that never waits."""

    # Bits per second in each direction.
    bandwidth: float
    # Seconds from the sending of a message to its arrival.
    latency: float
    # Seconds in which a host computes nothing for each byte that it sends while it receives one. TCP copies each byte.
    cost_per_byte: float = 0.0
    # The same for each message, whatever its size.
    cost_per_message: float = 5e-6
    # The part of the bandwidth that carries data: a frame of Ethernet takes 1,538 bytes for 1,448 bytes of data.
    payload: float = 1448 / 1538

    @property
    def rate(self) -> float:
        """The bytes per second that a host can send while it receives as many."""
        link = self.bandwidth * self.payload / 8
        return min(link, 1 / self.cost_per_byte) if self.cost_per_byte > 0 else link

    @property
    def load(self) -> float:
        """The part of a host's time that sending takes while its link is busy."""
        return self.rate * self.cost_per_byte if self.cost_per_byte > 0 else 0.0

    def seconds(self, numbers: float, hosts: int) -> float:
        """The time for which each link is busy if every host sends its n-th part of `numbers` numbers to each other."""
        return (hosts - 1) * (self.cost_per_message + 4 * numbers / hosts / self.rate)


class Clock:
    """The time of a host and of its link within a step."""

    def __init__(self, network: Network, hosts: int):
        self.network = network
        self.hosts = hosts
        self.now = 0.0
        self.waited = 0.0
        self.link_is_free = 0.0

    def work(self, seconds: float) -> None:
        """Computes, more slowly while the link is busy."""
        speed = 1 - self.network.load
        busy = max(0.0, self.link_is_free - self.now)
        done = min(seconds, busy * speed)
        self.now += (done / speed if done > 0 else busy if speed <= 0 else 0.0) + seconds - done

    def send(self, numbers: float) -> float:
        """Sends as soon as the link is free. Returns the time of arrival."""
        if self.hosts == 1:
            return self.now
        self.link_is_free = max(self.now, self.link_is_free) + self.network.seconds(numbers, self.hosts)
        return self.link_is_free + self.network.latency

    def wait(self, until: float) -> None:
        self.waited += max(0.0, until - self.now)
        self.now = max(self.now, until)


def step(parts: Parts, network: Network, hosts: int, rows: float) -> Clock:
    """The clock after a step in which each of `hosts` hosts has `rows` rows."""
    sizes = parts.parameters
    order = sorted(range(len(sizes)), key=lambda layer: -sizes[layer])
    clock = Clock(network, hosts)
    clock.work(parts.before_gradients(rows))
    arrivals = {}
    for layer in order:
        # A host alone needs no sums for an exchange.
        clock.work(parts.gradient(layer, rows) + (parts.reduce[layer] if hosts > 1 else 0.0))
        arrivals[layer] = clock.send(sizes[layer])
    for layer in order:
        clock.wait(arrivals[layer])
        # Adding what was received reads and writes about as much as making the sums of the own shards.
        clock.work(parts.update[layer] / hosts + parts.reduce[layer] * (hosts - 1) / hosts)
        arrivals[layer] = clock.send(sizes[layer])
    for layer in order:
        clock.wait(arrivals[layer])
        clock.work(parts.refresh[layer])
    return clock


def weak(parts: Parts, network: Network, hosts: int, rows_each: float) -> float:
    """The efficiency if every host has the same rows, however many hosts there are."""
    return step(parts, network, 1, rows_each).now / step(parts, network, hosts, rows_each).now


def strong(parts: Parts, network: Network, hosts: int, rows_in_all: float) -> float:
    """The efficiency if the hosts share the rows of one minibatch."""
    alone = step(parts, network, 1, rows_in_all).now
    return alone / hosts / step(parts, network, hosts, rows_in_all / hosts).now
