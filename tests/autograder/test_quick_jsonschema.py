import subprocess
import sys


def test_the_grammar_is_left_out_of_jsonschema_and_of_nothing_else():
    program = """
import sys
from autograder import gradebook
assert "nbformat" in sys.modules and "jsonschema" in sys.modules
assert not {"rfc3987_syntax", "lark"} & sys.modules.keys()
import rfc3987_syntax
assert rfc3987_syntax.is_valid_syntax("iri", "https://example.org")
"""
    subprocess.run([sys.executable, "-c", program], check=True)
