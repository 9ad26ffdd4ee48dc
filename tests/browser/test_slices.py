"""Which cells the browser runs, worked out by pencil."""

import pytest
from website.slices import before, names


@pytest.mark.parametrize("cells, needed", [
    (["a = 1", "b = 2", "c = a + 1", "print(c)"], [0, 2, 3]),  # b is nobody's
    (["a = 1", "a = 2", "print(a)"], [1, 2]),  # the first a is gone
    (["a = []", "a.append(1)", "print(a)"], [0, 1, 2]),
    (["a = []", "b = work(lambda x: a.append(x))", "print(a)"], [0, 1, 2]),
    (["a = {}", "a['b'] = 1", "print(a)"], [0, 1, 2]),
    (["import numpy as np", "def f(x):\n    return np.sin(x)", "x = 3", "f(1)"], [0, 1, 3]),  # its x is its own
    (["x = 3", "for x in range(2):\n    print(x)"], [1]),
    (["x = 3", "for y in x:\n    z = y\n    print(z)"], [0, 1]),
    (["file = 3", "with open('name') as file:\n    print(file)"], [1]),
    (["a, b = 1, 2", "[a for a in b]"], [0, 1]),
])
def test_the_last_cell_needs_these(cells, needed):
    assert before(cells, [len(cells) - 1]) == needed


def test_several_wanted_cells():
    assert before(["a = 1", "print(a)", "b = 1", "print(b)", "c = 1"], [1, 3]) == [0, 1, 2, 3]


def test_names_of_a_cell():
    assert names("from x import y\nz = y(w)\nz += 1") == ({"w"}, {"y", "z"})
