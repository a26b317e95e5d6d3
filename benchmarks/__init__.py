"""Speed as ratios within one run: `python -m benchmarks [NAME…]`. One file, one question.

A benchmark is a module with a docstring that says what is compared, a `CASES` mapping from a title
to a function without arguments, and optionally

- `GOALS`;
- `prepare(titles)`, called once before in each process, with the cases that it will run;
- `WORKER`: titles of the cases that run in a process with the settings of a worker of the
  dashboard. Others run in a plain Python.

A case is timed; where it returns a number, that is its figure instead, in the module's `UNIT`.
Ratios hold on any machine; figures hold on this one.

`python -m benchmarks --keep` writes what was measured to `RESULTS.md`, where the figures of those
that were not asked for stay. `--only TEXT` measures the rows whose goal has this text,
and keeps nothing.
`make bench-studies` measures all that is said of studies of many pictures.
"""
