"""Opening a model beside the page."""
