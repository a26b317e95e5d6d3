"""On what a study of many pictures is computed: an engine a file."""
