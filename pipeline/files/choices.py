"""Read YAML into the types of `pipeline.config`.

YAML 1.1 reads `NO` as false, `012` as ten and `1:30` as ninety, keeps the last of two equal
keys, and lets 300 bytes of aliases grow without end. Here a word is text, a number is decimal,
a doubled key or an alias is an error, and a file has a largest size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from pipeline.config import FieldAnswer, FieldChecks
from pipeline.errors import (
    ChoiceIsNotAllowed,
    FileIsDamaged,
    FileIsMissing,
    FileIsNotAllowed,
    quoted,
)
from pipeline.files.writing import as_json, write_json

Written = TypeVar("Written")

LARGEST_YAML_BYTES = 1_000_000
SLUG = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*")


class _PlainLoader(yaml.SafeLoader):
    """YAML with the core schema of YAML 1.2, no aliases and no doubled keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(
                None,
                None,
                "aliases (`*name`) are not allowed; write the value out",
                event.start_mark,
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None,
                    None,
                    f"a key must be text, not {quoted(key)}; put it in quotes",
                    key_node.start_mark,
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {quoted(key)} stands here twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:null", r"null|~|", "n~\0"),
    ("tag:yaml.org,2002:int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("tag:yaml.org,2002:float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:e[-+]?[0-9]+)?", "-0123456789"),
):
    _PlainLoader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), list(_first))
# An empty value is null too; the resolver above finds it under the empty first character.
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^$"), [""])


def read_choices(path: Path, kind: Any) -> Any:  # noqa: ANN401 (the type asked for is the type returned)
    """Read one YAML file as one of the types of `pipeline.config`.

    Parameters
    ----------
    path
        The file; its name without ending must be a plain lower-case word.
    kind
        The type: a class, or an annotated union.

    Returns
    -------
    object
        A frozen value of that type.

    Raises
    ------
    FileIsMissing, FileIsNotAllowed
        If there is no such file, or it is too large, a link, or badly named.
    ChoiceIsNotAllowed
        If it is not YAML, or a key or value is not allowed; the message names it.
    """
    if not SLUG.fullmatch(path.stem):
        raise FileIsNotAllowed(
            f"{path.parent / '…'}: the file name {quoted(path.name)} is not allowed; use small "
            "letters, digits, `_` and `-`, beginning with a letter."
        )
    values = _plain_values(path)
    try:
        return TypeAdapter(kind).validate_json(json.dumps(values))
    except ValidationError as error:
        raise ChoiceIsNotAllowed(f"{path}: {_sentence(error)}") from None


def read_configs(paths: list[Path], kind: Any) -> dict[str, Any]:  # noqa: ANN401
    """Read several YAML files of one kind, by name.

    Parameters
    ----------
    paths
        The files; one entry each.
    kind
        Their type.

    Returns
    -------
    dict
        File name without ending → value, sorted by name.
    """
    return {path.stem: read_choices(path, kind) for path in sorted(paths, key=lambda p: p.stem)}


def write_named(
    values: Mapping[str, BaseModel], path: Path, only: type[BaseModel] | None = None
) -> bool:
    """Write what several files of `config` say, checked, for later steps.

    Parameters
    ----------
    values
        Name of the file → what it says.
    path
        Where it belongs.
    only
        A type they derive from, if only its part is to be written: what later steps do not depend
        on, such as words and looks, then does not make them run again.

    Returns
    -------
    bool
        Whether the file changed; one that would be the same is left alone.
    """
    kept = None if only is None else set(only.model_fields)
    dumps = {name: value.model_dump(mode="json", include=kept) for name, value in values.items()}
    if path.is_file() and not path.is_symlink() and path.read_bytes() == as_json(dumps):
        return False
    write_json(dumps, path)
    return True


def write_choices(value: BaseModel, path: Path) -> bool:
    """Write one value of `pipeline.config`, to be read with `read_choices`.

    Parameters
    ----------
    value
        What to write.
    path
        Where it belongs.

    Returns
    -------
    bool
        Whether the file changed; one that would be the same is left alone.
    """
    dump = value.model_dump(mode="json", exclude_defaults=True)
    if path.is_file() and not path.is_symlink() and path.read_bytes() == as_json(dump):
        return False
    write_json(dump, path)
    return True


def read_named(path: Path, kind: Any) -> dict[str, Any]:  # noqa: ANN401
    """Read what `write_named` wrote.

    Parameters
    ----------
    path
        The file.
    kind
        The type of each value: a class, or an annotated union.

    Returns
    -------
    dict
        Name → value, checked again.

    Raises
    ------
    FileIsMissing, FileIsDamaged
        If it is not there, or is not what was written.
    """
    if not path.is_file():
        raise FileIsMissing(f"{path}: there is no such file; `make` builds it.")
    return read_written(path, TypeAdapter(dict[str, kind]), "Delete it and run `make` again.")


def read_written(path: Path, kind: TypeAdapter[Written], way_out: str) -> Written:
    """Read a file of JSON that the project wrote, and check it again.

    Parameters
    ----------
    path
        The file, which is there.
    kind
        What it holds.
    way_out
        What to do about one that is not what was written: a sentence.

    Returns
    -------
    object
        What it holds.

    Raises
    ------
    FileIsDamaged
        If it is not what was written.
    """
    try:
        return kind.validate_json(path.read_bytes())
    except ValidationError as error:
        raise FileIsDamaged(f"{path}: {_sentence(error)} {way_out}") from None


def read_answers(path: Path) -> tuple[FieldAnswer, ...]:
    """Read the answers of people who went and looked.

    Parameters
    ----------
    path
        What `make field-check` wrote, or an empty object where nobody has looked yet.

    Returns
    -------
    tuple of FieldAnswer
        Perhaps none.

    Raises
    ------
    FileIsDamaged
        If it is not such a file.
    """
    way_out = "Take it as it was, or take it away and give the sheets to `make field-check` again."
    return read_written(path, TypeAdapter(FieldChecks), way_out).answers


def _plain_values(path: Path) -> Any:  # noqa: ANN401
    if not path.is_file():
        raise FileIsMissing(f"{path}: there is no such file; see config/ for examples.")
    if path.stat().st_size > LARGEST_YAML_BYTES:
        raise FileIsNotAllowed(f"{path}: is larger than {LARGEST_YAML_BYTES:,} bytes.")
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = yaml.load(text, Loader=_PlainLoader)  # noqa: S506 (a subclass of SafeLoader)
        json.dumps(values)
    except (yaml.YAMLError, UnicodeDecodeError, TypeError, ValueError, RecursionError) as error:
        raise ChoiceIsNotAllowed(f"{path}: {_yaml_sentence(error)}") from None
    return values


def _yaml_sentence(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}."
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8; save the file as UTF-8."
    return f"is not plain YAML ({type(error).__name__})."


def _sentence(error: ValidationError) -> str:
    """Say one fault in words; the rest are counted.

    A key that is not known comes first: misspelt, it is also why another one is missing.
    """
    faults = error.errors(include_url=False, include_context=False)
    first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    key = ".".join(quoted(part)[1:-1] for part in first["loc"]) or "the file"
    words = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        words = "this key is not known; check its spelling"
    elif first["type"] == "missing":
        words = "this key is missing"
    elif first["type"] in ("model_type", "model_attributes_type", "dict_type"):
        words = "must hold keys and values, as in `name: Newport`"
    found = f", found {quoted(first['input'])}" if _is_short(first.get("input")) else ""
    more = f" ({len(faults) - 1} more to mend.)" if len(faults) > 1 else ""
    return f"{key}: {words}{found}.{more}"


def _is_short(value: object) -> bool:
    return isinstance(value, str | int | float | bool)
