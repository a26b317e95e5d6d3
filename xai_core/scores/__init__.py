"""Maps -> numbers -> order: metrics, rankings, and statistics over pictures."""
