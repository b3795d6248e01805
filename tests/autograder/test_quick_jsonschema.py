import subprocess
import sys


def test_checks_of_formats_are_left_out_of_jsonschema_and_of_nothing_else():
    program = """
import sys
from autograder import gradebook
assert "nbformat" in sys.modules and "jsonschema" in sys.modules
assert not {"rfc3987_syntax", "lark", "isoduration", "arrow", "webcolors"} & sys.modules.keys()
import webcolors
assert webcolors.name_to_hex("navy") == "#000080"
import rfc3987_syntax
assert rfc3987_syntax.is_valid_syntax("iri", "https://example.org")
"""
    subprocess.run([sys.executable, "-c", program], check=True)
