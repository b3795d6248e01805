import subprocess
import sys


def _run(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_gradebook_is_opened_without_the_extensions_of_the_server():
    _run("""
import sys
from autograder import gradebook, publish
unneeded = {"jupyter_server", "nbconvert", "nbgrader.apps", "nbgrader.preprocessors"}
unneeded |= {"requests", "setuptools"}
assert not unneeded & sys.modules.keys(), unneeded & sys.modules.keys()
""")


def test_nbgrader_is_whole_for_who_asks_for_it():
    _run("""
from autograder import gradebook
import nbgrader
assert [each["module"] for each in nbgrader._jupyter_server_extension_points()] == ["nbgrader"]
assert nbgrader.__version__
from nbgrader.apps import NbGraderApp
from nbgrader import preprocessors
assert not hasattr(nbgrader, "no_such_name")
""")


def test_a_jupyterhub_is_still_asked():
    _run("""
from autograder import gradebook
from nbgrader.auth import jupyterhub
import requests
assert jupyterhub.requests.request is requests.request
""")


def test_archives_are_still_unpacked(tmp_path):
    _run(f"""
import os
import zipfile
os.chdir({str(tmp_path)!r})
os.mkdir("there")
with zipfile.ZipFile("some.zip", "w") as archive:
    archive.writestr("a.txt", "what was in it")
from autograder import gradebook
from nbgrader.utils import unzip
unzip("some.zip", "there")
(found,) = [os.path.join(folder, name) for folder, _, names in os.walk("there") for name in names]
assert open(found).read() == "what was in it"
""")
