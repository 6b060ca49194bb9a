"""The process of a job, which the words DATABASE ID KIND LOCK name; the last is a descriptor handed to it."""

import contextlib
import os
import resource
import sys

from store.reading import readers

_JUDGING = ("phonenumbers", "email_validator")
_READING: dict[str, tuple[str, ...]] = {
    "import": _JUDGING,
    "check": _JUDGING,
    "report": (),
    "rows_to_fix": (),
}
"""By kind of job that reads a workbook, what its reader will need."""
_MEMORY_LIMIT = 2 * 1024**3
"""Bytes of address space: a workbook that explodes ends its job and nothing else."""
_NICENESS = 5
"""How far a job and its reader stand back where the processors do not suffice for it and the screens."""


def main() -> None:
    """Carry out the job."""
    path, job_id, kind, lock = sys.argv[1:]
    os.umask(0o077)
    os.nice(_NICENESS)
    os.set_inheritable(int(lock), False)
    # macOS refuses this limit; there the system's own has to do.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))
    if kind in _READING:
        readers.start_ahead(*_READING[kind])
    # Imported here: to load what jobs need takes as long as a reader takes to start; both go on at once.
    from store import job_work

    job_work.carry_out(path, int(job_id))
