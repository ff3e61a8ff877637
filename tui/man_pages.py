"""The manual pages, written in roff from the tree of commands; `python -m tui.man_pages FOLDER`.

The requests are those of man(7). The pages lie in docs/man, and the wheel installs them.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

ESCAPES: Mapping[str, str] = {
    "\\": "\\e",
    "-": "\\-",
    "'": "\\(aq",
    "`": "\\(ga",
    "^": "\\(ha",
    "~": "\\(ti",
}
"""Characters that roff would set as another one."""
VERBATIM = "\b"
"""click's mark of a paragraph whose lines stay as they are."""
EXAMPLE = "Example:"


def man_pages(root: click.Group, version: str) -> dict[str, str]:
    """The file name of each page, such as `docsearch-models-pull.1`, with its text."""
    context = click.Context(root, info_name="docsearch", **root.context_settings)
    return {
        f"{_name(inner)}.1": _page(inner, version) for inner in (context, *_contexts_below(context))
    }


def write_man_pages(root: click.Group, version: str, folder: Path) -> None:
    """Write the pages into the folder, in place of all that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.1"):
        stale.unlink()
    for name, text in man_pages(root, version).items():
        (folder / name).write_text(text, encoding="utf-8")


def _contexts_below(context: click.Context) -> Iterator[click.Context]:
    """A context for each command below that of `context`, in the order of the help."""
    group = context.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            settings = command.context_settings
            inner = click.Context(command, parent=context, info_name=name, **settings)
            yield inner
            yield from _contexts_below(inner)


def _name(context: click.Context) -> str:
    return context.command_path.replace(" ", "-")


def _page(context: click.Context, version: str) -> str:
    command = context.command
    usage = " ".join(command.collect_usage_pieces(context))
    short = command.get_short_help_str(limit=1000).rstrip(".")
    lines = [
        f'.TH "{_roff(_name(context).upper())}" "1" "" "docsearch {version}" "docsearch"',
        ".SH NAME",
        f"{_roff(_name(context))} \\- {_roff(short)}",
        ".SH SYNOPSIS",
        f".B {_roff(context.command_path)}",
        _roff(usage),
        ".SH DESCRIPTION",
    ]
    # The description and the examples are the paragraphs of the help.
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    examples = [text for text in paragraphs if text.lstrip("\b\n").startswith(EXAMPLE)]
    for paragraph in paragraphs:
        if paragraph not in examples:
            lines += _paragraph(paragraph)
    # The options, as the help shows them.
    options = [
        parameter
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option)
    ]
    records = [option.get_help_record(context) for option in options]
    lines.append(".SH OPTIONS")
    for record in filter(None, records):
        lines += [".TP", f".B {_roff(record[0])}", _roff(record[1])]
    if context.parent is not None:
        lines += [".PP", _roff("The global options work here too: see docsearch(1).")]
    # The commands of a group.
    below = [inner for inner in _contexts_below(context) if inner.parent is context]
    if below:
        lines.append(".SH COMMANDS")
    for inner in below:
        lines += [".TP", f".BR {_roff(_name(inner))} (1)"]
        lines.append(_roff(inner.command.get_short_help_str(limit=1000)))
    if examples:
        lines.append(".SH EXAMPLES")
    for example in examples:
        lines += _verbatim(example.lstrip("\b\n").replace(EXAMPLE, " " * len(EXAMPLE), 1))
    if context.parent is not None:
        lines += [".SH SEE ALSO", f".BR {_roff(_name(context.parent))} (1)"]
    return "\n".join(lines) + "\n"


def _paragraph(text: str) -> list[str]:
    if text.lstrip("\n").startswith(VERBATIM):
        return _verbatim(text.lstrip("\b\n"))
    return [".PP", _roff(" ".join(text.split()))]


def _verbatim(text: str) -> list[str]:
    """Lines that roff leaves as they are, without the indentation that they share."""
    lines = text.rstrip().split("\n")
    indent = min(len(line) - len(line.lstrip()) for line in lines)
    return [".PP", ".nf", *(_roff(line[indent:]) for line in lines), ".fi"]


def _roff(text: str) -> str:
    r"""The text so that roff sets it as it is written.

    >>> _roff("'-xzf' of a\\b")
    '\\(aq\\-xzf\\(aq of a\\eb'
    >>> _roff(".docsearch.toml")
    '\\&.docsearch.toml'
    """
    escaped = re.sub(r"[\\\-'`^~]", lambda match: ESCAPES[match[0]], text)
    return f"\\&{escaped}" if escaped.startswith(".") else escaped


if __name__ == "__main__":
    from search import __version__

    from .group import cli

    write_man_pages(cli, __version__, Path(sys.argv[1]))
