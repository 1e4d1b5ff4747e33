"""Keras on TensorFlow, fp32: one XLA-compiled call loops over many minibatches; data are on the device."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

import workloads


class Peer:
    version = f"{keras.__version__}, TensorFlow {tf.__version__}"

    def __init__(self, x: np.ndarray, y: np.ndarray, threads: int):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        self.x, self.y = tf.constant(x), tf.constant(y, tf.int32)

    def training(self, workload: workloads.Workload) -> Callable[[], int]:
        net = keras.Sequential([keras.Input(workload.layers[:1])])
        for units in workload.layers[1:-1]:
            net.add(keras.layers.Dense(units, activation="relu", kernel_initializer="he_normal"))
        net.add(keras.layers.Dense(workload.layers[-1]))
        if workload.optimizer == "sgd":
            optimizer = keras.optimizers.SGD(workload.learning_rate, momentum=workloads.MOMENTUM)
        else:
            optimizer = keras.optimizers.Adam(workload.learning_rate)
        optimizer.build(net.trainable_variables)
        cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        calls = workloads.shuffled(workload, len(self.x))

        @tf.function(jit_compile=True)
        def train(x: tf.Tensor, y: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
            loss = 0.0
            for step in tf.range(rows.shape[0]):
                with tf.GradientTape() as tape:
                    logits = net(tf.gather(x, rows[step]), training=True)
                    loss = cross_entropy(tf.gather(y, rows[step]), logits)
                gradient = tape.gradient(loss, net.trainable_variables)
                optimizer.apply(gradient, net.trainable_variables)
            return loss

        def call() -> int:
            rows = next(calls)
            train(self.x, self.y, tf.constant(rows)).numpy()
            return rows.size

        return call
