"""A study of many pictures to hand on; `forms.render` makes each form."""
