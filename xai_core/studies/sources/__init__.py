"""Where a study's pictures come from: a folder, an archive, a manifest; here or by URL."""

from xai_core.studies.sources.base import Listed as Listed
from xai_core.studies.sources.base import Source as Source
from xai_core.studies.sources.base import open_source as open_source
