"""`python -m tests.benchmarks NAME`: 0 if every figure meets its goal, 1 if not, 2 if it cannot run."""

import argparse
import importlib
import sys

from tests.benchmarks.figures import Report, Unable

BENCHMARKS = {
    "import": (
        "tests.benchmarks.imports",
        "whole imports, reading alone, neighbours and the screen meanwhile",
    ),
    "download": (
        "tests.benchmarks.downloads",
        "whole downloads beside `sqlite3 -csv`, their memory, and the screen meanwhile",
    ),
    "inbox": (
        "tests.benchmarks.inbox",
        "deliveries of WhatsApp, beside a server that only answers, and beside an import",
    ),
    "scale": (
        "tests.benchmarks.scale",
        "a million contacts: start, pages, search, keys and bytes beside VisiData, less and DataTable",
    ),
}
"""By name, the module (with `add_arguments` and `run`) and what it is about."""


def main(arguments: list[str]) -> int:
    """Run one benchmark; without a name, say which there are."""
    if not arguments:
        for name, (_module, about) in BENCHMARKS.items():
            print(f"{name}: {about}")
        return 0
    name, *words = arguments
    if name not in BENCHMARKS:
        print(f"There is no benchmark {name}; there are: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    # Only this one: each may need programs that the others do not.
    module = importlib.import_module(BENCHMARKS[name][0])
    parser = argparse.ArgumentParser(prog=f"python -m tests.benchmarks {name}")
    module.add_arguments(parser)
    options = parser.parse_args(words)
    report = Report()
    try:
        module.run(options, report)
    except Unable as error:
        print(error, file=sys.stderr)
        return 2
    return 1 if report.is_short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
