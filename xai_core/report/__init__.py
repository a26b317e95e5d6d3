"""A run to hand on: picture, report, files and code. `forms.render` makes each."""
