"""JAX, fp32: one jitted call scans over many minibatches; data on the device, weights and state donated."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

import workloads

options = workloads.arguments(__doc__)
workload = workloads.WORKLOADS[options.workload]
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

x, y = map(jnp.asarray, workloads.load(options.data))


def initial_weights() -> list[tuple[jax.Array, jax.Array]]:
    random = np.random.default_rng(1)
    weights = []
    for inputs, units in zip(workload.layers, workload.layers[1:]):
        scale = np.sqrt(2 / inputs)
        weights.append((jnp.asarray(scale * random.normal(size=(inputs, units)), jnp.float32), jnp.zeros(units)))
    return weights


def loss_of(weights, x, y):
    for weight, bias in weights[:-1]:
        x = jax.nn.relu(x @ weight + bias)
    weight, bias = weights[-1]
    return -jnp.take_along_axis(jax.nn.log_softmax(x @ weight + bias), y[:, None], 1).mean()


def sgd(weights, state, gradient):
    state = jax.tree.map(lambda momentum, g: workloads.MOMENTUM * momentum + g, state, gradient)
    return jax.tree.map(lambda w, momentum: w - workload.learning_rate * momentum, weights, state), state


def adam(weights, state, gradient):
    step, mean, square = state
    step += 1
    mean = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, mean, gradient)
    square = jax.tree.map(lambda s, g: BETA2 * s + (1 - BETA2) * g * g, square, gradient)
    rate = workload.learning_rate / (1 - BETA1**step)
    correction = jnp.sqrt(1 - BETA2**step)
    weights = jax.tree.map(lambda w, m, s: w - rate * m / (jnp.sqrt(s) / correction + EPSILON), weights, mean, square)
    return weights, (step, mean, square)


update = {"sgd": sgd, "adam": adam}[workload.optimizer]


@functools.partial(jax.jit, donate_argnums=(0, 1))
def train(weights, state, x, y, rows):
    def step(carry, rows):
        weights, state = carry
        loss, gradient = jax.value_and_grad(loss_of)(weights, x[rows], y[rows])
        return update(weights, state, gradient), loss

    (weights, state), losses = jax.lax.scan(step, (weights, state), rows)
    return weights, state, losses


weights = initial_weights()
zeros = jax.tree.map(jnp.zeros_like, weights)
state = zeros if workload.optimizer == "sgd" else (jnp.float32(0), zeros, jax.tree.map(jnp.zeros_like, weights))
calls = workloads.shuffled(workload, len(x))


def call() -> int:
    global weights, state
    rows = next(calls)
    weights, state, losses = train(weights, state, x, y, rows)
    losses.block_until_ready()
    return rows.size


workloads.measure("jax", jax.__version__, options, call)
