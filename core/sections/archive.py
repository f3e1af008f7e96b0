"""Where documents are kept, and how long their records stay; how long bodies do is in `core.sections.retention`."""

from __future__ import annotations

from pydantic import Field, SecretStr

from core.sections.retention import Term  # noqa: TC001  # pydantic reads the annotation
from core.sections.table import SettingsTable


class ArchiveSettings(SettingsTable):
    """How long captured documents are kept."""

    folder: str = Field(
        default="archive",
        description="of WARC files, relative to the home folder; several machines share one; or s3://bucket/prefix",
    )
    s3_endpoint: str = Field(default="", description="of an S3 that is not Amazon's")
    s3_region: str = Field(default="", description="where the bucket is")
    s3_access_key: SecretStr = Field(
        default=SecretStr(""), description="HINOMI_ARCHIVE__S3_ACCESS_KEY; empty: as AWS's own tools find it"
    )
    s3_secret_key: SecretStr = Field(default=SecretStr(""), description="HINOMI_ARCHIVE__S3_SECRET_KEY")
    keep_days: int = Field(default=3650, gt=0, description="documents of incidents are kept beyond it")
    keep_clear_days: int = Field(
        default=3650, gt=0, description="records of documents in which nothing was found; bodies: [retention] nothing"
    )
    keep_unsettled_days: int = Field(
        default=730, gt=0, description="documents that were not read whole, or with some of ours among others"
    )
    purge_strangers_after: Term = Field(
        default="", description="black out strangers' rows so long after a document was judged; empty: never by rule"
    )
