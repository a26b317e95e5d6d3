"""What a study keeps: Parquet files, written whole or not at all, and read as a stream."""

from xai_core.studies.shards.description import Description as Description
from xai_core.studies.shards.folder import Shards as Shards
from xai_core.studies.shards.row import Row as Row
from xai_core.studies.shards.row import key_of as key_of
from xai_core.studies.shards.row import refusal_key as refusal_key
