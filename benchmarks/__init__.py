"""Speed as ratios within one run: `python -m benchmarks [NAME…]`. One file, one question.

A benchmark is a module with a docstring that says what is compared, a `CASES` mapping from a title
to a function without arguments, and optionally `prepare()`, called once before. The first case is
the unit. Ratios hold on any machine; seconds hold on this one.
"""
