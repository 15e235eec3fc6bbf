"""What is configured of a delimited file."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from mimas.connectors import encodings
from mimas.connectors.files import FileSettings


class RowSettings(FileSettings):
    """A file that has a row for each object."""

    encoding: str = Field("utf-8", description="The character encoding: utf-8, windows-1252, utf-16 …")
    change_type: str = Field("change_type", description="The column of a change file that says add, modify or delete.")

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, value: str) -> str:
        return encodings.check(value)

    @model_validator(mode="after")
    def _can_be_appended_to(self) -> Self:
        if self.export == "changes" and not encodings.is_plain(self.encoding):
            raise ValueError(f"`export: changes` cannot append to a file in {self.encoding}; use utf-8")
        return self


class ColumnSettings(RowSettings):
    """A file whose rows have columns."""

    separator: str = Field("|", min_length=1, description="What stands between the values of a multi-valued column.")


class DelimitedSettings(ColumnSettings):
    """A file whose first row names the columns. A value with the delimiter, quotes or line ends in it is quoted."""

    delimiter: str = Field(",", description='What stands between two columns: one ASCII character, a tab is "\\t".')

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> Self:
        if len(self.delimiter) != 1 or not self.delimiter.isascii() or self.delimiter in '"\r\n\0':
            raise ValueError("'delimiter' must be one ASCII character, and no quote or line end")
        if self.delimiter in self.separator:
            raise ValueError("'separator' must not hold the delimiter")
        return self
