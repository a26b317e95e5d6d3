"""TensorFlow's loaders: a SavedModel of either version, or a frozen graph, as a `Source`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from xai_core.base.errors import ModelError, first_line
from xai_core.models.keras.layout import layout_of
from xai_core.models.tensorflow.ends import Ends
from xai_core.models.tensorflow.environment import tensorflow
from xai_core.models.tensorflow.frozen import from_its_cast, frozen, function_of
from xai_core.models.tensorflow.source import FLOATS, Source

DEFAULT = "serving_default"
ENDPOINTS = ("__call__", "serve", "call", "predict")
ANY_PICTURE = (None, None, None, None)


def open_saved_model(folder: Path) -> Source:
    """A SavedModel by its default signature, or by the function it is called with.

    Raises:
        ModelError: `needs-tensorflow`; `forward-failed`, it does not take one picture.
    """
    tf = tensorflow()
    loaded = tf.saved_model.load(str(folder))
    signatures = dict(loaded.signatures)
    if signatures:
        name = DEFAULT if DEFAULT in signatures else sorted(signatures)[0]
        function, how = signatures[name], f"its signature {name!r}"
    else:
        function, how = _endpoint(tf, loaded)
    (key, spec), *others = _specs(tf, function).items()
    if others:
        raise _several([key, *(name for name, _ in others)])
    by_name = bool(signatures)

    def call(given: Any, keep: Any = loaded) -> Mapping[str, Any]:  # variables die with it
        return _named(tf, function(**{key: given}) if by_name else function(given))

    outputs = _named(tf, function.structured_outputs)
    told = f"tf.saved_model.load {tf.__version__}, {how}"
    return _source(tf, call, function, tuple(outputs), spec, told)


def open_graph(path: Path, ends: Ends) -> Source:
    """A frozen graph between two nodes.

    Raises:
        ModelError: `needs-tensorflow`; `corrupt-file`, TensorFlow refuses the graph.
    """
    tf = tensorflow()
    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(path.read_bytes())
        function = function_of(graph, ends.input, ends.outputs)
    except Exception as cause:  # protobuf's and TensorFlow's errors share no base
        raise ModelError(
            f"TensorFlow cannot read the graph: {type(cause).__name__}: {first_line(cause)}",
            "Copy or download the file again, or choose other nodes.",
            code="corrupt-file",
        ) from cause
    return of_graph(function, ends.outputs, f"import_graph_def {tf.__version__}, {ends}")


def floating(source: Source) -> Source | None:
    """The source from behind the cast of its whole numbers; None where it has none."""
    cut = from_its_cast(frozen(source.function))
    if cut is None:
        return None
    function = function_of(cut.graph, cut.input, cut.outputs)
    return of_graph(function, source.names, source.loaded_by)


def of_graph(function: Any, names: tuple[str, ...], loaded_by: str) -> Source:
    """A function of one tensor whose outputs have those names."""

    def call(given: Any) -> Mapping[str, Any]:
        return dict(zip(names, function(given), strict=True))

    return _source(tensorflow(), call, function, names, function.inputs[0], loaded_by)


def _source(
    tf: Any,
    call: Callable[[Any], Mapping[str, Any]],
    function: Any,
    names: tuple[str, ...],
    spec: Any,
    loaded_by: str,
) -> Source:
    dtype = tf.as_dtype(spec.dtype).name
    if dtype not in FLOATS and "int" not in dtype:
        raise ModelError(
            f"A picture was expected as input; the model takes {dtype}.",
            "Export the model with decoded pictures as its input.",
            code="forward-failed",
        )
    shape = ANY_PICTURE if spec.shape.rank is None else tuple(spec.shape.as_list())
    return Source(call, function, names, layout_of(shape, None), dtype, loaded_by)


def _specs(tf: Any, function: Any) -> dict[str, Any]:
    """The tensors that a function takes, by name."""
    positional, named = function.structured_input_signature
    flat = [*tf.nest.flatten(positional), *tf.nest.flatten(named)]
    specs = [spec for spec in flat if isinstance(spec, tf.TensorSpec)]
    if not specs:
        raise ModelError(
            "The model's function takes no tensor.",
            "Save it with a signature of one picture.",
            code="forward-failed",
        )
    return {str(spec.name or index): spec for index, spec in enumerate(specs)}


def _endpoint(tf: Any, loaded: Any) -> tuple[Any, str]:
    """A function of the object itself, for a model that was saved without signatures."""
    names = [*ENDPOINTS, *(name for name in dir(loaded) if not name.startswith("_"))]
    for name in names:
        endpoint = getattr(loaded, name, None)
        for concrete in getattr(endpoint, "concrete_functions", ()):
            specs = list(_specs(tf, concrete).values())
            if len(specs) == 1 and not any(_flags(tf, concrete)):
                return _once(tf, endpoint, specs[0]), f"its function {name!r}"
    raise ModelError(
        "The SavedModel has no signature and no function of one tensor.",
        "Save it with signatures, for example tf.saved_model.save(model, folder, signatures=…).",
        code="forward-failed",
    )


def _once(tf: Any, endpoint: Any, spec: Any) -> Any:
    given = tf.TensorSpec(spec.shape, spec.dtype, name="input")
    return tf.function(lambda x: endpoint(x), input_signature=[given]).get_concrete_function()


def _flags(tf: Any, function: Any) -> list[bool]:
    """Values of the plain arguments, such as `training`."""
    flat = tf.nest.flatten(function.structured_input_signature)
    return [bool(value) for value in flat if isinstance(value, bool)]


def _named(tf: Any, outputs: Any) -> Mapping[str, Any]:
    if isinstance(outputs, Mapping):
        return {str(name): outputs[name] for name in sorted(outputs)}
    flat = tf.nest.flatten(outputs)
    return {f"output_{index}": value for index, value in enumerate(flat)}


def _several(names: list[str]) -> ModelError:
    return ModelError(
        f"A model of one input was expected; this one takes {len(names)}: {', '.join(names)}.",
        "Export it with the picture as its only input and the others as constants.",
        code="forward-failed",
        inputs=names,
    )
