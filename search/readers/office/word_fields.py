"""Fields of a Word file whose words stand in no run: in their code, or in the list of a form."""

from __future__ import annotations

from ..field_codes import words_of

MAX_DIGITS = 6


class Fields:
    """The open fields of a story, and the entries of the list that is open."""

    def __init__(self) -> None:
        self._codes: list[list[str]] = []
        self._choices: list[str] = []
        self._choice = 0

    def mark(self, kind: str) -> tuple[str, int] | None:
        """Take a field's beginning, middle or end.

        Gives the words of a field that ends and has them in its code alone, and the number of its
        characters that nothing names.
        """
        if kind == "begin":
            self._codes.append([])
        elif kind == "separate" and self._codes:
            # Behind the code stands what the field shows.
            self._codes[-1] = []
        elif kind == "end" and self._codes:
            return words_of("".join(self._codes.pop()))
        return None

    def add_code(self, code: str) -> None:
        """Add a piece of the code of the innermost field."""
        if self._codes:
            self._codes[-1].append(code)

    def begin_choices(self) -> None:
        """Begin the list of a form, whose first entry is chosen until another one is."""
        self._choices, self._choice = [], 0

    def add_choice(self, words: str) -> None:
        """Add an entry of the list."""
        self._choices.append(words)

    def choose(self, number: str) -> None:
        """Choose the entry with this number from 0."""
        self._choice = int(number) if number.isdecimal() and len(number) <= MAX_DIGITS else 0

    def chosen(self) -> str:
        """The chosen entry, empty where there is none."""
        return self._choices[self._choice] if self._choice < len(self._choices) else ""
