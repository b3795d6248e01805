import json
from pathlib import Path

import pytest

from advsec.conventions import CONVENTIONS
from advsec.libraries import LIBRARIES, NOTES
from advsec.rosetta import table


LECTURES = Path(__file__).parents[2] / "notebooks/lectures"
# What each table is about, and which lecture shows it.
TOPICS = {
    "averages": (("ewma",), "01_moving_averages"),
    "optimizers": (("momentum", "rmsprop", "adam", "amsgrad"), "02_optimizers"),
    "schedules": ((), "03_learning_rate"),
    "dropout": (("dropout",), "06_dropout"),
    "batchnorm": (("batchnorm", "running"), "07_batch_normalization"),
}
every_topic = pytest.mark.parametrize("topic", TOPICS)


def rows(topic):
    lines = [line for line in table(topic).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@every_topic
def test_every_row_has_a_cell_for_each_head(topic):
    head, rule, *body = rows(topic)
    assert set(rule) == {"---"}
    assert body
    assert {len(row) for row in body} == {len(head)}


@every_topic
def test_every_library_that_was_run_has_its_row_with_its_version(topic):
    names = [row[0] for row in rows(topic)]
    for key, library in LIBRARIES.items():
        if CONVENTIONS.get(key, {}).keys() & set(TOPICS[topic][0]):
            assert names.count(f"{library.name} {library.version}") == 1


def test_every_note_stands_below_one_table():
    tables = "\n".join(map(table, TOPICS))
    for note in NOTES:
        assert tables.count(f"* {LIBRARIES[note.library].name}: {note.says}.") == 1


@pytest.mark.parametrize("column", [1, 2, 3, 4])
def test_formulas_are_the_same_where_the_switches_are(column):
    head, _, *body = rows("optimizers")
    algorithm = head[column].split(":")[0].lower()
    formulas = {row[0].rpartition(" ")[0]: row[column].split("$, $")[0].strip("$") for row in body}
    seen = {}
    for key, library in LIBRARIES.items():
        if algorithm in CONVENTIONS.get(key, {}):
            switches = tuple(CONVENTIONS[key][algorithm].items())
            assert seen.setdefault(switches, formulas[library.name]) == formulas[library.name]
    assert len(set(seen.values())) == len(seen) > 1


def test_numbers_stand_beside_the_formula_where_they_are_others():
    cells = {row[0].split()[0]: row for row in rows("optimizers")}
    assert cells["PyTorch"][2] == r"$\sqrt{s} + \epsilon$, $\beta_2 = 0.99$"
    assert cells["Keras"][3] == r"$v^c / (\sqrt{s} + \epsilon)^c$, $\epsilon = 10^{-7}$"
    assert cells["optax"][2] == r"$\sqrt{s + \epsilon}$"


@every_topic
def test_the_lecture_shows_the_table_of_today(topic):
    cells = json.loads((LECTURES / f"{TOPICS[topic][1]}.ipynb").read_text())["cells"]
    (cell,) = [each for each in cells if "".join(each["source"]).endswith(f'rosetta.table("{topic}")')]
    (output,) = cell["outputs"]
    assert "".join(output["data"]["text/markdown"]) == table(topic)
