"""Writes small TensorFlow models, and what TensorFlow gives for them: `python write.py FOLDER`.

Run by TensorFlow's own interpreter. Beside a model NAME stands `NAME.npz` with `inputs` in NCHW,
`outputs`, and `gradient` of the top class by GradientTape, in NCHW: of what goes into a softmax.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.update(TF_ENABLE_ONEDNN_OPTS="0", TF_CPP_MIN_LOG_LEVEL="2", KERAS_BACKEND="tensorflow")

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
OUT = Path(sys.argv[1])
WRITTEN = str(OUT / "written-by-a-model")
PICTURE = tf.TensorSpec((None, 16, 16, 3), tf.float32, name="picture")
OTHER = tf.TensorSpec((None, 16, 16, 3), tf.float32, name="other")


class Model(tf.Module):
    """A convolution, ReLU, mean and scores; `twist` changes what comes before the scores."""

    def __init__(self, twist=lambda y: y, spec=PICTURE) -> None:
        super().__init__()
        draw = tf.random.Generator.from_seed(3)
        self.w = tf.Variable(draw.normal((3, 3, 3, 8)) * 0.3)
        self.b = tf.Variable(draw.normal((8,)) * 0.1)
        self.v = tf.Variable(draw.normal((8, 5)))
        self.twist = twist
        self.run = tf.function(self.forward, input_signature=[spec])

    def forward(self, x):
        y = tf.nn.relu(tf.nn.conv2d(tf.cast(x, tf.float32), self.w, 1, "SAME") + self.b)
        return self.twist(tf.reduce_mean(y, (1, 2))) @ self.v


def measure(name: str, call, size: int = 16, end=lambda scores: scores) -> None:
    """Of `end(call(x))`; the gradient is that of `call`."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(2, size, size, 3)).astype(np.float32)
    x = tf.constant(inputs)
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = call(x)
        score = tf.reduce_sum(tf.reduce_max(outputs, -1))
    gradient = tape.gradient(score, x)
    np.savez(
        OUT / f"{name}.npz",
        inputs=inputs.transpose(0, 3, 1, 2),
        outputs=end(outputs).numpy(),
        gradient=gradient.numpy().transpose(0, 3, 1, 2),
    )


def keras_model() -> None:
    layers = tf.keras.layers
    tf.keras.utils.set_random_seed(0)
    model = tf.keras.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.DepthwiseConv2D(3, padding="same"),
            layers.ReLU(6.0),
            layers.Conv2D(12, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(7),
        ]
    )
    ended = tf.keras.Sequential([layers.Input((32, 32, 3)), model, layers.Softmax()])
    ended.export(str(OUT / "keras"), verbose=False)
    measure("keras", lambda x: model(x, training=False), 32, tf.nn.softmax)


def modules() -> None:
    save(Model(), "plain")
    save(Model(lambda y: tf.math.lgamma(y + 1.0)), "taped")  # no counterpart in ONNX
    unsure = Model(lambda y: 60 * tf.math.lgamma(y + 1.0))  # its softmax is 0 and 1
    ended = tf.Module()
    ended.model = unsure
    ended.run = tf.function(lambda x: tf.nn.softmax(unsure.run(x)), input_signature=[PICTURE])
    tf.saved_model.save(ended, str(OUT / "saturated"), signatures=ended.run)
    measure("saturated", unsure.run, end=tf.nn.softmax)
    save(Model(tf.stop_gradient), "stopped", measured=False)
    bare = Model()
    bare.run.get_concrete_function()
    tf.saved_model.save(bare, str(OUT / "bare"), signatures={})
    measure("bare", bare.run)
    whole = Model(spec=tf.TensorSpec((None, 16, 16, 3), tf.uint8, name="picture"))
    tf.saved_model.save(whole, str(OUT / "whole"), signatures=whole.run)
    maps = tf.Module()
    maps.w = tf.Variable(tf.random.stateless_normal((3, 3, 3, 4), (1, 2)))
    maps.run = tf.function(lambda x: tf.nn.conv2d(x, maps.w, 2, "SAME"), input_signature=[PICTURE])
    tf.saved_model.save(maps, str(OUT / "maps"), signatures=maps.run)
    two = tf.Module()
    two.run = tf.function(lambda x, y: x + y, input_signature=[PICTURE, OTHER])
    tf.saved_model.save(two, str(OUT / "two"), signatures=two.run)


def save(model: Model, name: str, measured: bool = True) -> None:
    tf.saved_model.save(model, str(OUT / name), signatures=model.run)
    if measured:
        measure(name, model.run)


def hostile() -> None:
    def reads(y):
        tf.io.read_file("/etc/hostname")
        with tf.control_dependencies([tf.io.write_file(WRITTEN, "x")]):
            return tf.identity(y)

    def saves(y):
        told = tf.raw_ops.SaveV2(
            prefix=WRITTEN, tensor_names=["y"], shape_and_slices=[""], tensors=[y]
        )
        with tf.control_dependencies([told]):
            return tf.identity(y)

    def prints(y):
        tf.print("x", output_stream=f"file://{WRITTEN}")
        return y

    for twist in (reads, saves, prints):
        save(Model(twist), f"hostile-{twist.__name__}", measured=False)


def version_1() -> None:
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, (None, 16, 16, 3), name="image")
        w = v1.get_variable("w", (3, 3, 3, 8), initializer=v1.random_normal_initializer(0, 0.3, 1))
        v = v1.get_variable("v", (8, 5), initializer=v1.random_normal_initializer(seed=2))
        y = tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(x, w, 2, "SAME")), (1, 2))
        scores = tf.nn.softmax(tf.matmul(y, v), name="scores")
        tf.argmax(scores, 1, name="class")
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, str(OUT / "tf1"), {"image": x}, {"scores": scores})
        (OUT / "unfrozen.pb").write_bytes(session.graph_def.SerializeToString())
        frozen = v1.graph_util.convert_variables_to_constants(session, session.graph_def, ["class"])
        (OUT / "frozen.pb").write_bytes(frozen.SerializeToString())
        kernel, matrix = session.run([w, v])

    def call(x):
        y = tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(x, kernel, 2, "SAME")), (1, 2))
        return y @ matrix

    for name in ("tf1", "frozen"):
        measure(name, call, end=tf.nn.softmax)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    keras_model()
    modules()
    hostile()
    version_1()
