"""What is configured of a fixed-width file."""

from collections import Counter
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mimas.connectors.delimited.settings import ColumnSettings


class Column(BaseModel):
    """A column of a fixed-width file. It is filled up with blanks, which are no part of its values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        min_length=1, pattern=r"^[^\r\n\x00]+$", description="Its name; the attribute of this name has its values."
    )
    width: int = Field(gt=0, description="How many characters wide it is, whatever bytes they take.")
    start: int | None = Field(
        None, gt=0, description="The place of its first character, from 1; without it, behind the column before."
    )
    align: Literal["left", "right"] = Field("left", description="Where values stand; blanks are on the other side.")


class FixedWidthSettings(ColumnSettings):
    """A file in which every value has its place in the line."""

    columns: tuple[Column, ...] = Field(min_length=1, description="The columns, in order: {name, width, start, align}.")
    header: bool = Field(False, description="Whether the first line is a heading, and not an object.")
    change_type: str = Field(
        "change_type",
        description="The column of a change file that says add, modify or delete. In a listing it is empty.",
    )

    @property
    def places(self) -> tuple[slice, ...]:
        """Where each column stands in a line."""
        places: list[slice] = []
        end = 0
        for column in self.columns:
            start = end if column.start is None else column.start - 1
            end = start + column.width
            places.append(slice(start, end))
        return tuple(places)

    @model_validator(mode="after")
    def _is_a_line(self) -> Self:
        name, count = Counter(column.name for column in self.columns).most_common(1)[0]
        if count > 1:
            raise ValueError(f"'columns' has the column '{name}' twice")
        end = 0
        for column, place in zip(self.columns, self.places, strict=True):
            if place.start < end:
                raise ValueError(f"the column '{column.name}' starts within the one before it, which ends at {end}")
            end = place.stop
        if self.export == "changes" and self.change_type not in {column.name for column in self.columns}:
            raise ValueError(f"`export: changes` needs a column '{self.change_type}', as 'change_type' names it")
        return self
