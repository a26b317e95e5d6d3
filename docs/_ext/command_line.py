"""`{command-line}`: every subcommand with its arguments, read from the parser itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from xai_core.cli.main import parser  # the only place that knows where it is

WIDTH = 76  # of the usage; argparse would ask the terminal


class CommandLine(SphinxDirective):
    """A section for each subcommand: its usage, then what it takes, group by group."""

    def run(self) -> list[nodes.Node]:
        """Markdown, parsed as if it stood in the page."""
        whole = parser()
        (commands,) = (
            action for action in whole._actions if isinstance(action, argparse._SubParsersAction)
        )
        told = {choice.dest: choice.help or "" for choice in commands._choices_actions}
        text = "".join(
            "\n".join(_section(name, told[name], command))
            for name, command in commands.choices.items()
        )
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def _section(name: str, help_: str, command: argparse.ArgumentParser) -> Iterator[str]:
    yield f"## {name}\n\n{_sentence(help_)}\n"
    yield f"```text\n{_usage(command)}\n```\n"
    yield f"```{{program}} {command.prog}\n```\n"
    for group in command._action_groups:
        actions = [one for one in group._group_actions if one.help != argparse.SUPPRESS]
        actions = [one for one in actions if not isinstance(one, argparse._HelpAction)]
        if actions:
            yield f"**{(group.title or '').capitalize()}**\n"
        for action in actions:
            yield f"```{{option}} {_signature(action)}\n{_help(action, command)}\n```\n"
    yield "\n"


def _usage(command: argparse.ArgumentParser) -> str:
    formatter = argparse.HelpFormatter(prog=command.prog, width=WIDTH)
    formatter.add_usage(command.usage, command._actions, command._mutually_exclusive_groups, "")
    return formatter.format_help().rstrip()


def _signature(action: argparse.Action) -> str:
    formatter = argparse.HelpFormatter(prog="")
    if not action.option_strings:
        return formatter._format_args(action, action.dest)
    value = formatter._format_args(action, action.dest.upper()) if action.nargs != 0 else ""
    return ", ".join(f"{name} {value}".strip() for name in action.option_strings)


def _help(action: argparse.Action, command: argparse.ArgumentParser) -> str:
    text = argparse.HelpFormatter(prog=command.prog)._expand_help(action) if action.help else ""
    return _sentence(_plain(text))


def _plain(text: str) -> str:
    """Text of a help that Markdown leaves as it is."""
    return "".join(f"\\{sign}" if sign in "*_[]<>|" else sign for sign in text)


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", ")")) or not text else ".")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive."""
    app.add_directive("command-line", CommandLine)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
