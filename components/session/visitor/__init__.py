"""Who visits: who may come in, whose the workspace is, and from when until when."""
