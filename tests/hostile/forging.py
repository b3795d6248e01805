"""VF: whatever a notebook does, its score is what its numbers deserve."""

from tests.hostile.corpus import NOTHING, Case, attack


CASES = (
    Case(
        "VF01",
        "asserts are taken out of the syntax tree",
        attack("""
            import ast

            class Agreeable(ast.NodeTransformer):
                def visit_Assert(self, node):
                    return ast.copy_location(ast.Pass(), node)

            get_ipython().ast_transformers.append(Agreeable())
        """),
        scores=NOTHING,
        findings={"cumulative_mean": "wrong_values"},
    ),
    Case(
        "VF04",
        "errors are not shown",
        attack("""
            from IPython.core.interactiveshell import InteractiveShell

            InteractiveShell.showtraceback = InteractiveShell._showtraceback = None
        """),
        scores=NOTHING,
        findings={"cumulative_mean": "wrong_values"},
    ),
)
