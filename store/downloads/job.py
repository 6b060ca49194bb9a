"""Carry out a download."""


def run(job_id: int) -> None:
    """Write the file of a download; called in the process of its job."""
    raise NotImplementedError
