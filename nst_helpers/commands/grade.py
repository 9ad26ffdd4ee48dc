"""`grade`: check what a class has handed in."""

import argparse
from pathlib import Path


def add(commands: argparse._SubParsersAction) -> None:
    """What can be typed behind `grade`."""
    grade = commands.add_parser("grade", help="check the notebooks that a class has handed in")
    grade.add_argument("folder", metavar="FOLDER", help="where they lie: student.ipynb, or student/any.ipynb")
    grade.add_argument("--output", default="grades", metavar="NAME",
                       help="write NAME.csv and NAME.html (default: grades)")
    grade.add_argument("--seconds", type=float, default=300, help="limit for each notebook (default: 300)")
    grade.add_argument("--megabytes", type=float, default=4000, help="limit of memory for each (default: 4000)")
    grade.set_defaults(command=run, parser=grade)


def run(options: argparse.Namespace) -> int:
    """Check what a class has handed in."""
    from tqdm import tqdm

    from nst_helpers.exercises.grading import as_csv, as_html, grade
    from nst_helpers.system import write_whole

    table = grade(options.folder, options.seconds, options.megabytes, lambda names: tqdm(names, unit="notebook"))
    for ending, text in ((".csv", as_csv(table)), (".html", as_html(table))):
        write_whole(Path(options.output + ending), text.encode("utf-8"))
    right = sum(row.verdict == "right" for row in table)
    print(f"{right} of {len(table)} exercises right: {options.output}.csv, {options.output}.html")
    return 0
