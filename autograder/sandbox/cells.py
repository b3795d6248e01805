"""Running the cells of a notebook in an IPython shell, as JupyterLab would."""

import ast
import contextlib
import importlib
import os
import site
import sys
import types
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets import Type
from traitlets.config import Config

from . import notices
from .figures import drawn
from .messages import Output, Picture
from .perform import Swallowed, swallowing
from .policy import Policy
from .recorder import OutputFlood, Recorder
from .unavailable import GuardImports


TRACEBACK_FRAMES = 40
HERE = os.path.dirname(__file__)

# Magics for those who sit in front of it, or that change what is installed. Others that are not known here
# belong to another front end or to an extension.
FOR_PEOPLE = frozenset(
    ("pip", "conda", "mamba", "micromamba", "uv", "reset", "reset_selective", "debug", "pdb", "gui", "edit")
)
SHELLS = frozenset(("bash", "cmd", "perl", "ruby", "script", "sh"))
SHOWN_HERE = (None, "auto", "inline", "agg")
STARTS_PROCESSES = frozenset(
    ("os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn", "subprocess.Popen")
)


def _import_for_functions(source: str) -> None:
    """Import what functions import when they are called.

    A cell has the time for that; a call, on a busy machine, has not, and would import it in every leaf anew.
    """
    if "import" not in source:
        return
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    for node in (node for function in functions for node in ast.walk(function)):
        match node:
            case ast.Import(names=names):
                modules = [name.name for name in names]
            case ast.ImportFrom(module=str(module), level=0):
                modules = [module]
            case _:
                continue
        for name in modules:
            # Whatever goes wrong is for the call to show, if there ever is one.
            with contextlib.suppress(BaseException), swallowing(Swallowed()):
                importlib.import_module(name)


def _cut(traceback: types.TracebackType | None) -> None:
    """Leave the ends of a long traceback, for each frame takes IPython milliseconds, and no frame of ours."""
    entries = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next
    while entries and entries[-1].tb_frame.f_code.co_filename.startswith(HERE):
        entries.pop()
    if entries:
        entries[-1].tb_next = None
    if len(entries) > TRACEBACK_FRAMES:
        half = TRACEBACK_FRAMES // 2
        entries[half - 1].tb_next = entries[-half]


class _Publisher(DisplayPublisher):
    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        display_id = (kwargs.get("transient") or {}).get("display_id")
        if kwargs.get("update"):
            self.shell.recorder.update(display_id, data)
        else:
            self.shell.recorder.show("display", data, display_id)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.recorder.clear(wait)


class _Hook(DisplayHook):
    shell: "CellShell"

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.shell.recorder.show("result", format_dict)


class _Formatter(DisplayFormatter):
    """Draws every figure as pixels, whatever formats a notebook asks for."""

    parent: "CellShell"

    def format(self, obj: Any, include: Any = None, exclude: Any = None) -> Any:
        if not self.parent.is_watched:
            return {}, {}
        if not _is_figure(obj):
            return super().format(obj, include, exclude)
        data, metadata = super().format(obj, {"text/plain"})
        try:
            picture = drawn(obj)
        except Exception:
            self.parent.showtraceback()
            return data, metadata
        return data | ({"image/png": picture} if picture else {}), metadata


def _is_figure(obj: Any) -> bool:
    figures = sys.modules.get("matplotlib.figure")
    return figures is not None and isinstance(obj, figures.Figure)


def _is_importing() -> bool:
    """Whether a module is being imported: numpy 2.0 asks another process about the processor, unbidden."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None


class CellShell(InteractiveShell):
    """An IPython shell without history, terminal or input; its outputs go to `recorder`."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)

    is_watched = True
    """Whether anybody sees what is displayed: not while functions are called, and drawing takes long."""

    def __init__(self, policy: Policy) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.HistoryManager.hist_file = ":memory:"
        config.InteractiveShell.colors = "NoColor"
        config.InteractiveShell.xmode = "Context"
        super().__init__(config=config)
        self.recorder = Recorder(policy)
        self._guard = GuardImports(self._tell_unavailable, self._shows)
        self.ast_transformers = [self._guard]
        # Help goes to a pane of its own.
        self.set_hook("show_in_pager", lambda *_args, **_kwargs: None, 0)
        sys.addaudithook(self._hear)
        _add_what_site_adds()

    def init_display_formatter(self) -> None:
        self.display_formatter = _Formatter(parent=self)
        self.configurables.append(self.display_formatter)  # type: ignore[arg-type]

    # --- what has no effect here ------------------------------------------------------------------------

    def _tell_unavailable(self, name: str) -> None:
        self.recorder.notice(notices.unavailable(name))

    def _hear(self, event: str, _: tuple[Any, ...]) -> None:
        if event in STARTS_PROCESSES and not _is_importing():
            self.recorder.notice(notices.PROCESSES)

    def system(self, cmd: str) -> None:
        """A line that begins with an exclamation mark: there is nothing to install and nowhere to look."""
        self.recorder.notice(notices.SHELL)
        self.user_ns["_exit_code"] = 0

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> SList | str:
        self.system(cmd)
        return SList() if split else ""

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        if magic_name in FOR_PEOPLE or self.find_line_magic(magic_name) is None:
            return self.recorder.notice(notices.magic(magic_name))
        try:
            return super().run_line_magic(magic_name, line, _stack_depth + 1)
        except ImportError as error:
            if magic_name != "load_ext":
                raise
            return self._tell_unavailable(error.name or line.strip())
        except Exception as error:
            if magic_name != "run" or not isinstance(error.__cause__, OSError):
                raise
            return self._tell_unavailable(line.split()[-1])

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        if magic_name in SHELLS:
            return self.recorder.notice(notices.SHELL)
        if self.find_cell_magic(magic_name) is None:
            return self.recorder.notice(notices.cell_magic(magic_name))
        return super().run_cell_magic(magic_name, line, cell)

    def enable_matplotlib(self, gui: str | None = None) -> Any:
        if gui not in SHOWN_HERE:
            self.recorder.notice(notices.FIGURES)
        return super().enable_matplotlib("inline")

    def stay_inline(self) -> None:
        """Keep figures where they are shown when a notebook asks matplotlib itself for a window."""
        import matplotlib as mpl
        import matplotlib.pyplot as plt

        def use(backend: str, *, force: bool = True) -> None:
            if "inline" not in backend:
                self.recorder.notice(notices.FIGURES)

        mpl.use = plt.switch_backend = use  # type: ignore[assignment]

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window to serve events for."""

    def ask_exit(self) -> None:
        """A kernel would be ended, and JupyterLab would go on in a new one."""
        self.recorder.notice(notices.EXIT)

    # --- errors -----------------------------------------------------------------------------------------

    def showtraceback(self, exc_tuple: Any = None, *args: Any, **kwargs: Any) -> None:
        """Two errors of ours: without memory there is none for a traceback, after a flood no room."""
        error = sys.exc_info()[1]
        if isinstance(error, MemoryError):
            self.recorder.fail("MemoryError", "MemoryError: this cell asked for more memory than there is")
        elif isinstance(error, OutputFlood):
            self.recorder.fail(
                "OutputFlood", "This cell printed more than there is room for and was stopped."
            )
        else:
            if error is not None:
                _cut(error.__traceback__)
            super().showtraceback(exc_tuple, *args, **kwargs)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.recorder.fail(getattr(etype, "__name__", "Error"), "\n".join(stb))

    # --- running ----------------------------------------------------------------------------------------

    def _shows(self, statement: ast.stmt) -> bool:
        """Whether IPython shows the value of such a statement, wherever it stands in a cell."""
        wanted = self.ast_node_interactivity
        return (wanted == "all" and isinstance(statement, ast.Expr)) or wanted == "last_expr_or_assign"

    def transform_ast(self, node: ast.Module) -> ast.Module:
        """IPython looks through all of a cell once it was transformed, though mostly nothing has changed."""
        if self.ast_transformers == [self._guard] and not self._guard.concerns(node):
            return node
        transformed: ast.Module = super().transform_ast(node)
        return transformed

    def run(self, source: str) -> tuple[str, tuple[Output | Picture, ...]]:
        """Run one cell as JupyterLab would: how it ended and what it showed. Raises nothing of the cell's."""
        self.recorder.start()
        result = self.run_cell(source, store_history=True)
        if self.recorder.flooded:
            return "flood", self.recorder.finish()
        if result.success:
            # Not transformed once more: transformers can be the student's, and count.
            _import_for_functions(result.info.transformed_cell)
        status = "ok" if result.success and not self.recorder.failed else "error"
        return status, self.recorder.finish()


def _add_what_site_adds() -> None:
    """A zygote starts without `site`, which gives people at a keyboard a few names."""
    site.setquit()
    site.setcopyright()
    site.sethelper()
