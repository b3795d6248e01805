"""What every public function of `advsec` promises, checked on the calls registered in `examples`."""

import ast
import copy
import doctest
import importlib
import inspect
import io
import pkgutil
import random
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from anywidget import AnyWidget
from matplotlib.axes import Axes

import advsec
from tests.advsec.examples import examples, public_functions


FUNCTIONS = public_functions()
EXAMPLES = examples()
PACKAGE = Path(advsec.__file__).parent
MODULES = sorted(info.name for info in pkgutil.iter_modules(advsec.__path__) if not info.name.startswith("_"))
SECTIONS = ("Parameters", "Returns", "Yields", "Raises", "Slides", "Peers", "References", "Examples")
# What has to be copied out of the package together with a module, besides _numbers.py.
NEEDS = {
    "clinic": ("batchnorm", "dropout", "network"),
    "conventions": ("errata", "libraries"),
    "network": ("batchnorm", "dropout"),
    "rosetta": ("conventions", "errata", "libraries"),
    "training": ("batchnorm", "dropout", "network", "optimizers"),
    "widgets": (
        *("batchnorm", "bias_variance", "dropout", "gradient_check", "linear_models", "optimizers"),
        *("plots", "problems", "schedules"),
    ),
}
AMBIGUOUS_NAMES = {"p", "momentum", "alpha"}


def floats(name: str) -> dict[str, float]:
    """The hyper-parameters in an example, but for those that count."""
    return {key: value for key, value in EXAMPLES[name].arguments().items() if type(value) is float}


registered = pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() & EXAMPLES.keys()))
every_function = pytest.mark.parametrize("name", sorted(FUNCTIONS))


def test_every_public_function_has_an_example():
    assert sorted(FUNCTIONS.keys() - EXAMPLES.keys()) == []


def test_every_example_is_of_a_public_function():
    assert sorted(EXAMPLES.keys() - FUNCTIONS.keys()) == []


@registered
def test_only_functions_that_say_so_in_their_name_overwrite_anything(name):
    assert bool(EXAMPLES[name].modifies) == name.endswith("_in_place")


@registered
def test_inputs_are_never_modified(name):
    arguments = EXAMPLES[name].arguments()
    inputs = protected(name, arguments)
    before = copy.deepcopy(inputs)
    consume(FUNCTIONS[name](**arguments))
    assert_equal(inputs, before)


NUMERIC = sorted(name for name in EXAMPLES.keys() - {"plots.show", "widgets.widget"} if floats(name))


@pytest.mark.parametrize("name", NUMERIC)
def test_hyper_parameters_are_never_modified(name):
    """A number may come as an array without axes, which arithmetic in place would overwrite."""
    numbers, given = EXAMPLES[name].arguments(), EXAMPLES[name].arguments()
    hyper = {key: np.array(value) for key, value in floats(name).items()}
    before = copy.deepcopy(hyper)
    with_arrays = consume(FUNCTIONS[name](**given | hyper))
    assert_equal(hyper, before)
    expected = consume(FUNCTIONS[name](**numbers))
    for ours, same in zip(leaves(with_arrays), leaves(expected), strict=True):
        if not callable(same):
            np.testing.assert_array_equal(ours, same)


@pytest.mark.parametrize("name", sorted(name for name in FUNCTIONS if re.match(r"optimizers\..*_step", name)))
def test_hyper_parameters_of_each_weight_are_never_modified(name):
    arguments = EXAMPLES[name].arguments()
    hyper = {key: np.full(3, value) for key, value in arguments.items() if type(value) is float}
    before = copy.deepcopy(hyper)
    each, _ = FUNCTIONS[name](**arguments | hyper)
    assert_equal(hyper, before)
    together, _ = FUNCTIONS[name](**arguments)
    np.testing.assert_array_equal(each, together)


def test_training_leaves_further_hyper_parameters_alone():
    example, train = EXAMPLES["training.train"], FUNCTIONS["training.train"]
    hyper = {"eps": np.array(1e-3), "beta2": np.array(0.99)}
    with_arrays = train(**example.arguments(), **hyper)
    assert {name: value.item() for name, value in hyper.items()} == {"eps": 1e-3, "beta2": 0.99}
    expected = train(**example.arguments(), eps=1e-3, beta2=0.99)
    np.testing.assert_array_equal(with_arrays.theta, expected.theta)


@registered
def test_read_only_inputs_are_enough(name):
    arguments = EXAMPLES[name].arguments()
    for array in arrays(protected(name, arguments)):
        array.flags.writeable = False
    consume(FUNCTIONS[name](**arguments))


@registered
def test_outputs_never_alias_inputs(name):
    arguments = EXAMPLES[name].arguments()
    inputs = list(arrays(protected(name, arguments)))
    for output in arrays(consume(FUNCTIONS[name](**arguments))):
        assert not any(np.shares_memory(output, array) for array in inputs)


@registered
def test_the_same_call_gives_the_same_result_and_leaves_everything_global_alone(name):
    before = global_state()
    first, second = (consume(FUNCTIONS[name](**EXAMPLES[name].arguments())) for _ in range(2))
    assert global_state() == before
    for one, other in zip(leaves(first), leaves(second), strict=True):
        if not callable(one):
            np.testing.assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("name", sorted(name for name in EXAMPLES if EXAMPLES[name].keeps_float32))
def test_float32_stays_float32(name):
    result = consume(FUNCTIONS[name](**cast(EXAMPLES[name].arguments(), np.float32)))
    assert {array.dtype for array in arrays(result) if array.dtype.kind == "f"} <= {np.dtype(np.float32)}


@pytest.mark.parametrize("name", sorted(name for name in EXAMPLES if EXAMPLES[name].analytic))
def test_complex_numbers_pass_through(name):
    expected = consume(FUNCTIONS[name](**EXAMPLES[name].arguments()))
    result = consume(FUNCTIONS[name](**cast(EXAMPLES[name].arguments(), np.complex128)))
    for ours, real in zip(arrays(result), arrays(expected), strict=True):
        assert ours.dtype == (np.complex128 if real.dtype.kind == "f" else real.dtype)
        np.testing.assert_allclose(ours, real, rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize(
    "name", sorted(name for name in FUNCTIONS.keys() & EXAMPLES.keys() if "*k" in FUNCTIONS[name].__doc__)
)
@pytest.mark.parametrize(("k", "flat"), [((), (1,)), ((2, 3), (6,)), ((1, 2, 1), (2,))])
def test_any_shape_gives_the_numbers_of_the_flat_array(name, k, flat):
    shaped = consume(FUNCTIONS[name](**EXAMPLES[name].arguments(k)))
    flattened = consume(FUNCTIONS[name](**EXAMPLES[name].arguments(flat)))
    for ours, reference in zip(arrays(shaped), arrays(flattened), strict=True):
        depends_on_k = reference.shape[-1:] == flat
        assert ours.shape == (reference.shape[:-1] + k if depends_on_k else reference.shape)
        np.testing.assert_array_equal(ours.ravel(), reference.ravel())


@registered
def test_every_documented_error_is_raised_word_by_word(name):
    example = EXAMPLES[name]
    documented = re.findall(r'"([^"]+)"', sections(FUNCTIONS[name]).get("Raises", ""))
    assert sorted(one_line(text) for text in documented) == sorted(example.raises)
    for sentence, wrong in example.raises.items():
        with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
            consume(FUNCTIONS[name](**example.arguments() | wrong))
        assert one_line(str(caught.value)) == sentence


@pytest.mark.parametrize("module", MODULES)
def test_every_error_is_the_one_sentence(module):
    nodes = [node for file in files(module) for node in ast.walk(ast.parse(file.read_text()))]
    for node in nodes:
        if isinstance(node, ast.Raise) and node.exc is not None and "Error" in ast.unparse(node.exc):
            message = ast.unparse(node.exc.args[0])
            assert re.search(r" must be .*, got (\{.*!r\}|shape \{.*\})", message), (
                f"line {node.lineno}: {message}"
            )


@every_function
def test_docstring_documents_every_parameter_and_every_shape(name):
    function = FUNCTIONS[name]
    documented = sections(function)
    signature = inspect.signature(function)
    entries = dict(re.findall(r"^([\w, *]+) : (.+)$", documented.get("Parameters", ""), re.MULTILINE))
    types = {part.strip(): kind for names, kind in entries.items() for part in names.split(",")}
    assert sorted(types) == sorted(prefixed(parameter) for parameter in signature.parameters.values())
    for argument in arguments(function):
        if holds_arrays(argument.annotation):
            assert "shape" in types[argument.arg], f"{argument.arg} names no shape"
    returns_nothing = signature.return_annotation in (None, "None")
    assert "Returns" in documented or "Yields" in documented or returns_nothing


def arguments(function: Callable[..., Any]) -> list[ast.arg]:
    """The parameters as they are written: what numpy prints of its aliases differs between versions."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    return [*definition.args.posonlyargs, *definition.args.args, *definition.args.kwonlyargs]


def holds_arrays(annotation: ast.expr) -> bool:
    """Whether a value of that type is an array or a collection of arrays; a function of arrays is neither."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="Callable")):
            return False
        case ast.Name(id="ArrayLike" | "NDArray"):
            return True
    return any(map(holds_arrays, ast.iter_child_nodes(annotation)))


@pytest.mark.parametrize("name", sorted(name for name in FUNCTIONS if not name.startswith("source.")))
def test_docstring_names_its_source_and_shows_an_example(name):
    documented = sections(FUNCTIONS[name])
    assert "Slides" in documented or "References" in documented
    assert ">>>" in documented.get("Examples", "")


@every_function
def test_docstring_names_the_errors_that_the_body_raises(name):
    documented = sections(FUNCTIONS[name])
    body = ast.walk(ast.parse(inspect.getsource(FUNCTIONS[name])))
    assert "Raises" in documented or not any(isinstance(node, ast.Raise) for node in body)


@every_function
def test_signature_is_annotated_and_unambiguous(name):
    signature = inspect.signature(FUNCTIONS[name])
    assert signature.return_annotation is not signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not parameter.empty, f"{parameter.name} has no annotation"
        assert parameter.name not in AMBIGUOUS_NAMES


@pytest.mark.parametrize("module", MODULES)
def test_doctests(module):
    for file in files(module):
        name = ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        failures, _ = doctest.testmod(importlib.import_module(name))
        assert failures == 0


@pytest.mark.parametrize("module", MODULES)
def test_module_works_when_copied_out_of_the_package(module, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for part in ("_numbers", module, *NEEDS.get(module, ())):
        # Figures, and figures that move, are topics of several files: the folder is what one copies.
        copy = shutil.copytree if source(part).is_dir() else shutil.copy
        copy(source(part), folder / source(part).name)
    block = f"import sys; sys.modules['advsec'] = None; sys.path.insert(0, {str(tmp_path)!r});"
    run = f"import doctest; from elsewhere import {module}; sys.exit(doctest.testmod({module}).failed)"
    subprocess.run([sys.executable, "-I", "-c", f"{block} {run}"], cwd=tmp_path, check=True)


def test_importing_everything_needs_numpy_alone():
    imports = "; ".join(f"import advsec.{module}" for module in MODULES)
    heavy = "{'scipy', 'sklearn', 'matplotlib', 'pandas', 'IPython', 'torch'}"
    command = f"import sys; {imports}; print(*{heavy} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", command], check=True, capture_output=True, text=True)
    assert result.stdout.split() == []


def source(module: str) -> Path:
    """The file of a module, or the folder of one that is split."""
    folder = PACKAGE / module
    return folder if folder.is_dir() else folder.with_suffix(".py")


def files(module: str) -> list[Path]:
    return sorted(source(module).glob("*.py")) if source(module).is_dir() else [source(module)]


def sections(function: Callable) -> dict[str, str]:
    """The numpydoc sections of a docstring, by title."""
    parts = re.split(rf"^({'|'.join(SECTIONS)})\n-+\n", inspect.getdoc(function), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def prefixed(parameter: inspect.Parameter) -> str:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}
    return stars.get(parameter.kind, "") + parameter.name


def one_line(text: str) -> str:
    return " ".join(text.split())


def consume(value: object) -> object:
    """The value itself, what an iterator yields, the picture and the words of a figure, a widget's values."""
    if isinstance(value, AnyWidget):
        return {name: value.trait_values()[name] for name in value.trait_names(control=True)}
    axes = value.flat[0] if isinstance(value, np.ndarray) and value.dtype == object else value
    if isinstance(axes, Axes):
        picture = io.BytesIO()
        axes.figure.set_layout_engine("none")  # to arrange the panels would take half of the time
        axes.figure.savefig(picture, format="png", dpi=50)
        return picture.getvalue(), axes.figure.get_label()
    return list(value) if isinstance(value, Iterator) else value


def global_state() -> tuple[object, ...]:
    """What a function could change for everyone."""
    generators = random.getstate(), repr(np.random.get_state())  # noqa: NPY002
    return *generators, np.geterr(), np.get_printoptions(), dict(matplotlib.rcParams)


def protected(name: str, arguments: dict) -> dict[str, object]:
    """The arguments that the function must leave alone: all but generators, whose numbers it takes."""
    taken = (*EXAMPLES[name].modifies, "rng")
    return {key: value for key, value in arguments.items() if key not in taken}


def assert_equal(one: dict[str, object], other: dict[str, object]) -> None:
    """Two sets of arguments with equal arrays in equal places; functions and the like are not compared."""
    for ours, theirs in zip(leaves(one), leaves(other), strict=True):
        if isinstance(ours, np.ndarray) and ours.dtype == object:
            continue
        if isinstance(ours, np.ndarray | np.generic | int | float | str | None):
            np.testing.assert_array_equal(ours, theirs, strict=isinstance(ours, np.ndarray))


def leaves(value: object) -> Iterator[object]:
    """What nested tuples, lists and dicts hold."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def arrays(value: object) -> Iterator[np.ndarray]:
    """The arrays (and numpy scalars) among the leaves."""
    return (np.asarray(leaf) for leaf in leaves(value) if isinstance(leaf, np.ndarray | np.generic))


def cast(value: object, dtype: type) -> object:
    """The same arguments with every float64 array in another precision."""
    if isinstance(value, np.ndarray):
        return value.astype(dtype) if value.dtype == np.float64 else value
    if isinstance(value, dict):
        return {key: cast(item, dtype) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(cast(item, dtype) for item in value))
    if isinstance(value, list | tuple):
        return type(value)(cast(item, dtype) for item in value)
    return value
