"""One model, many pictures: computed as it comes, and kept."""

from xai_core.studies.opening import open_study as open_study
from xai_core.studies.result import StudyResult as StudyResult
