"""Nothing is lost: what a tab has chosen outlives a reload, a closed lid and the server.

While somebody looks, or something is computed, a workspace is in memory (`registry`). All that is
chosen is on disk, too (`parts`), and is read field by field when nothing is in memory.
"""
