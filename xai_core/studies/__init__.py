"""One model, many pictures: computed as it comes, and kept."""

from xai_core.studies.result import StudyResult as StudyResult
from xai_core.studies.result import open_study as open_study
