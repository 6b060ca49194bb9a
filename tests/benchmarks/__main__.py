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
}
"""By name, the module (with `add_arguments` and `run`) and what it is about."""


def main(arguments: list[str]) -> int:
    """Run one benchmark; without a name, say which there are."""
    if not arguments:
        for name, (_module, about) in BENCHMARKS.items():
            print(f"{name}: {about}")
        return 0
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    names = parser.add_subparsers(dest="name", required=True)
    modules = {name: importlib.import_module(module) for name, (module, _about) in BENCHMARKS.items()}
    for name, module in modules.items():
        module.add_arguments(names.add_parser(name, help=BENCHMARKS[name][1]))
    options = parser.parse_args(arguments)
    report = Report()
    try:
        modules[options.name].run(options, report)
    except Unable as error:
        print(error, file=sys.stderr)
        return 2
    return 1 if report.is_short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
