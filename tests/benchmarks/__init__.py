"""Speed and memory, side by side with what people would use otherwise; never in the ordinary test run.

`python -m tests.benchmarks` lists the names; `pip install .[bench]` brings the programs compared with.
"""
